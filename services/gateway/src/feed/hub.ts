import type { ChannelMessage, CommentItem, RoomInfo } from '@liveboard/contracts';
import type { RoomStore, Subscriber } from '@liveboard/live-store';
import type { Log } from '@liveboard/runtime';
import { createRoomView, type RoomView } from './room-view.ts';

const POLL_MS = 5_000;
/** An owner ticks every 5 s; a partition that did not move for so long has no working owner. */
const STALE_MS = 12_000;

/** What a watcher of a room is told. `text` is serialised once for all of them. */
export interface Watcher {
  update(roomId: string, text: string, offset: number): void;
  /** Something was missed: take the whole state. */
  reset(roomId: string): void;
  comments(roomId: string, items: readonly CommentItem[]): void;
  stale(roomId: string, on: boolean): void;
}

export interface Hub {
  /** Resolves once the room's state is known; undefined where there is none. */
  watch(roomId: string, watcher: Watcher): Promise<RoomView | undefined>;
  leave(roomId: string, watcher: Watcher): void;
  /** The whole live state, serialised once per revision. */
  wholeText(roomId: string): string | undefined;
  isStale(roomId: string): boolean;
  infoOf(roomId: string): RoomInfo | undefined;
  revOf(roomId: string): number | undefined;
  readonly watched: number;
  poll(): Promise<void>;
  /** Reads every watched room again: the subscription was away. */
  renew(): Promise<void>;
  close(): void;
}

interface Watched {
  readonly view: RoomView;
  readonly watchers: Set<Watcher>;
  ready: Promise<void>;
  reading: Promise<void> | undefined;
  /** Messages that came while the store was read. */
  waiting: ChannelMessage[];
  whole: { rev: number; text: string } | undefined;
  stale: boolean;
}

/** One subscription and one state per watched room and process, however many clients watch it. */
export const createHub = (
  store: RoomStore,
  subscriber: Subscriber,
  partitionOf: (roomId: string) => number,
  log: Log,
): Hub => {
  const rooms = new Map<string, Watched>();

  const take = (roomId: string, held: Watched, message: ChannelMessage): void => {
    if (message.kind === 'comments') {
      for (const watcher of held.watchers) watcher.comments(roomId, message.items);
      return;
    }
    if (held.reading !== undefined) {
      held.waiting.push(message);
      return;
    }
    const applied = held.view.apply(message);
    if (applied === 'gap') {
      held.waiting.push(message);
      void read(roomId, held);
      return;
    }
    if (applied === 'old') return;
    const { kind: _, generation: __, rev, room_id: ___, prev, ...rest } = message;
    const text = JSON.stringify({ type: 'update', room_id: roomId, prev, offset: rev, ...rest });
    for (const watcher of held.watchers) watcher.update(roomId, text, rev);
  };

  const read = (roomId: string, held: Watched): Promise<void> => {
    held.reading ??= (async () => {
      let moved = false;
      try {
        const stored = await store.read(roomId);
        moved = stored !== undefined && held.view.replace(stored);
      } catch (error) {
        log.warn({ err: error instanceof Error ? error.message : error, room_id: roomId }, 'a room could not be read');
      }
      held.reading = undefined;
      const waiting = held.waiting;
      held.waiting = [];
      let behind = false;
      for (const message of waiting) {
        if (message.kind !== 'update') continue;
        const applied = held.view.apply(message);
        if (applied === 'applied') moved = true;
        // A message is sent with the state it belongs to: what was read before it is read again.
        behind ||= applied === 'gap' && moved;
      }
      if (moved) for (const watcher of held.watchers) watcher.reset(roomId);
      if (behind) await read(roomId, held);
    })();
    return held.reading;
  };

  const hub: Hub = {
    watch: async (roomId, watcher) => {
      let held = rooms.get(roomId);
      if (held === undefined) {
        const made: Watched = {
          view: createRoomView(roomId),
          watchers: new Set(),
          ready: Promise.resolve(),
          reading: undefined,
          waiting: [],
          whole: undefined,
          stale: false,
        };
        held = made;
        rooms.set(roomId, made);
        made.ready = subscriber
          .add(store.channel(roomId), (text) => take(roomId, made, JSON.parse(text) as ChannelMessage))
          .then(() => read(roomId, made));
      }
      try {
        await held.ready;
        if (held.view.room === undefined) await read(roomId, held);
      } catch (error) {
        if (held.watchers.size === 0) rooms.delete(roomId);
        throw error;
      }
      if (held.view.room === undefined) {
        if (held.watchers.size === 0) {
          rooms.delete(roomId);
          await subscriber.remove(store.channel(roomId));
        }
        return undefined;
      }
      // Its last watcher may have left meanwhile, and its subscription with it.
      if (rooms.get(roomId) !== held) return hub.watch(roomId, watcher);
      held.watchers.add(watcher);
      return held.view;
    },
    leave: (roomId, watcher) => {
      const held = rooms.get(roomId);
      if (held === undefined) return;
      held.watchers.delete(watcher);
      if (held.watchers.size > 0) return;
      rooms.delete(roomId);
      void subscriber.remove(store.channel(roomId));
    },
    wholeText: (roomId) => {
      const held = rooms.get(roomId);
      const rev = held?.view.room?.rev;
      if (held === undefined || rev === undefined) return undefined;
      if (held.whole?.rev !== rev) held.whole = { rev, text: JSON.stringify(held.view.whole()) };
      return held.whole.text;
    },
    isStale: (roomId) => rooms.get(roomId)?.stale ?? false,
    infoOf: (roomId) => rooms.get(roomId)?.view.room?.live.room,
    revOf: (roomId) => rooms.get(roomId)?.view.room?.rev,
    get watched() {
      return rooms.size;
    },
    poll: async () => {
      if (rooms.size === 0) return;
      const { now, metas } = await store.metas();
      for (const [roomId, held] of rooms) {
        const rev = await store.rev(roomId);
        if (rev !== undefined && rev > (held.view.room?.rev ?? -1)) await read(roomId, held);
        const flushed = metas[partitionOf(roomId)]?.flushed_at;
        const stale = flushed === undefined || now - flushed > STALE_MS;
        if (stale === held.stale) continue;
        held.stale = stale;
        for (const watcher of held.watchers) watcher.stale(roomId, stale);
      }
    },
    renew: async () => {
      await Promise.all([...rooms].map(([roomId, held]) => read(roomId, held)));
    },
    close: () => clearInterval(timer),
  };
  const timer = setInterval(() => {
    hub
      .poll()
      .catch((error: unknown) =>
        log.warn({ err: error instanceof Error ? error.message : error }, 'the poll of rooms failed'),
      );
  }, POLL_MS);
  return hub;
};
