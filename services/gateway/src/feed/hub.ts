import type { ChannelMessage, CommentItem } from '@liveboard/contracts';
import type { RoomStore, StoredRoom, Subscriber } from '@liveboard/live-store';
import type { Log } from '@liveboard/runtime';
import { readChannelMessage } from './channel.ts';
import type { Stated } from './outbox.ts';
import { createRoomView, type Position, type RoomView } from './room-view.ts';

const POLL_MS = 5_000;
/** An owner ticks every 5 s; a partition that did not move for so long has no working owner. */
const STALE_MS = 8_000;

/** What a watcher of a room is told. `update.text` is serialised once for all of them. */
export interface Watcher {
  update(roomId: string, update: Stated): void;
  /** Something was missed: the client must catch up. */
  reset(roomId: string): void;
  comments(roomId: string, items: readonly CommentItem[]): void;
  stale(roomId: string, on: boolean): void;
}

export interface Hub {
  /** Resolves once the room's state is known; undefined where there is none. The watcher is told from then on. */
  watch(roomId: string, watcher: Watcher): Promise<StoredRoom | undefined>;
  leave(roomId: string, watcher: Watcher): void;
  /** The newest known state of a watched room. */
  roomOf(roomId: string): StoredRoom | undefined;
  /** The room for a client that subscribes. `resume`: where that client stands. */
  snapshot(
    roomId: string,
    options: { ref?: string | undefined; resume?: Position | undefined; comments: boolean },
  ): Stated | undefined;
  /** What brings a client from `since` to the present; serialised once for all who need the same. */
  catchUp(roomId: string, since: Position, comments: boolean): Stated | undefined;
  isStale(roomId: string): boolean;
  readonly watched: number;
  /** Watched rooms whose numbers stand still because nobody counts their partition. */
  readonly stale: number;
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
  /** Messages serialised for the present state, by kind. */
  texts: { readonly of: StoredRoom | undefined; readonly held: Map<string, string> };
  stale: boolean;
}

const said = (error: unknown): unknown => (error instanceof Error ? error.message : error);

export interface HubOptions {
  readonly store: RoomStore;
  readonly subscriber: Subscriber;
  readonly partitionOf: (roomId: string) => number;
  /** Told after each poll whether Redis answered it. */
  readonly onPolled: (answered: boolean) => void;
  readonly log: Log;
}

/** One subscription and one state per watched room and process, however many clients watch it. */
export const createHub = ({ store, subscriber, partitionOf, onPolled, log }: HubOptions): Hub => {
  const rooms = new Map<string, Watched>();

  const take = (roomId: string, held: Watched, message: ChannelMessage): void => {
    if (message.kind === 'comments') {
      held.view.addComments(message.items);
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
    for (const watcher of held.watchers) watcher.update(roomId, { text, offset: rev });
  };

  const read = (roomId: string, held: Watched): Promise<void> => {
    held.reading ??= (async () => {
      let moved = false;
      try {
        const stored = await store.read(roomId);
        moved = stored !== undefined && held.view.replace(stored);
      } catch (error) {
        log.warn({ err: said(error), room_id: roomId }, 'a room could not be read');
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

  const open = (roomId: string): Watched => {
    const made: Watched = {
      view: createRoomView(roomId),
      watchers: new Set(),
      ready: Promise.resolve(),
      reading: undefined,
      waiting: [],
      texts: { of: undefined, held: new Map() },
      stale: false,
    };
    rooms.set(roomId, made);
    made.ready = subscriber
      .add(store.channel(roomId), (text) => {
        const message = readChannelMessage(text);
        if (message === undefined) void read(roomId, made);
        else take(roomId, made, message);
      })
      .then(() => read(roomId, made));
    return made;
  };

  const drop = (roomId: string, held: Watched): void => {
    if (held.watchers.size > 0 || rooms.get(roomId) !== held) return;
    rooms.delete(roomId);
    void subscriber.remove(store.channel(roomId));
  };

  const stated = (roomId: string, kind: string, make: (view: RoomView) => object): Stated | undefined => {
    const held = rooms.get(roomId);
    const room = held?.view.room;
    if (held === undefined || room === undefined) return undefined;
    if (held.texts.of !== room) held.texts = { of: room, held: new Map() };
    let text = held.texts.held.get(kind);
    if (text === undefined) {
      text = JSON.stringify(make(held.view));
      held.texts.held.set(kind, text);
    }
    return { text, offset: room.rev };
  };

  const hub: Hub = {
    watch: async (roomId, watcher) => {
      const held = rooms.get(roomId) ?? open(roomId);
      try {
        await held.ready;
        if (held.view.room === undefined) await read(roomId, held);
      } catch (error) {
        drop(roomId, held);
        throw error;
      }
      if (held.view.room === undefined) {
        drop(roomId, held);
        return undefined;
      }
      // Its last watcher may have left meanwhile, and its subscription with it.
      if (rooms.get(roomId) !== held) return hub.watch(roomId, watcher);
      held.watchers.add(watcher);
      return held.view.room;
    },
    leave: (roomId, watcher) => {
      const held = rooms.get(roomId);
      if (held === undefined) return;
      held.watchers.delete(watcher);
      drop(roomId, held);
    },
    roomOf: (roomId) => rooms.get(roomId)?.view.room,
    snapshot: (roomId, { ref, resume, comments }) => {
      const held = rooms.get(roomId);
      const room = held?.view.room;
      if (held === undefined || room === undefined) return undefined;
      if (resume !== undefined && room.generation === resume.epoch && resume.offset <= room.rev) {
        const message = held.view.snapshot({ ref, comments, after: resume.offset });
        return { text: JSON.stringify(message), offset: room.rev };
      }
      const whole = stated(roomId, `snapshot ${comments}`, (view) => view.snapshot({ comments }));
      // The text is everybody's, the reference this client's.
      return whole === undefined || ref === undefined
        ? whole
        : { ...whole, text: whole.text.replace('{', () => `{"ref":${JSON.stringify(ref)},`) };
    },
    catchUp: (roomId, since, comments) => {
      if (rooms.get(roomId)?.view.isCoveredByWhole(since)) return stated(roomId, 'whole', (view) => view.whole());
      return hub.snapshot(roomId, { resume: since, comments });
    },
    isStale: (roomId) => rooms.get(roomId)?.stale ?? false,
    get watched() {
      return rooms.size;
    },
    get stale() {
      return [...rooms.values()].filter(({ stale }) => stale).length;
    },
    poll: async () => {
      if (rooms.size === 0) return;
      const watched = [...rooms];
      const ids = watched.map(([roomId]) => roomId);
      const [{ now, metas }, positions] = await Promise.all([store.metas(), store.positions(ids)]);
      for (const [n, [roomId, held]] of watched.entries()) {
        const { generation = 0, rev = -1 } = held.view.room ?? {};
        const stored = positions[n];
        if (stored !== undefined && (stored.rev > rev || (stored.generation ?? 0) > generation))
          await read(roomId, held);
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
    hub.poll().then(
      () => onPolled(true),
      (error: unknown) => {
        log.warn({ err: said(error) }, 'the poll of rooms failed');
        onPolled(false);
      },
    );
  }, POLL_MS);
  return hub;
};
