import {
  applyMergePatch,
  type ChannelMessage,
  type CommentItem,
  LIMITS,
  type LiveState,
  RULES,
  type Snapshot,
  type Update,
} from '@liveboard/contracts';
import type { StoredRoom } from '@liveboard/live-store';

const NEWEST = 5;

type Change = Extract<ChannelMessage, { kind: 'update' }>;

/** `applied`: the view moved on. `gap`: something was missed and the store must be read. `old`: nothing new. */
type Applied = 'applied' | 'gap' | 'old';

/** A point in a room's history: log generation and offset. */
export interface Position {
  readonly epoch: number;
  readonly offset: number;
}

/** One room as this process knows it: a value that only moves forward. */
export interface RoomView {
  readonly room: StoredRoom | undefined;
  /** Takes what the store holds, where it is not older than what is known. True where the view moved. */
  replace(stored: StoredRoom): boolean;
  apply(change: Change): Applied;
  /** Comments travel outside the order of offsets. */
  addComments(items: readonly CommentItem[]): void;
  /** The room whole; `after`: of its minutes only the rows changed since. */
  snapshot(options: { ref?: string | undefined; after?: number; comments: boolean }): Snapshot;
  /** The whole live state as an update without `prev`, for clients that missed some. */
  whole(): Update;
  /** Whether `whole` is enough for a client that stands at `since`: the same log, and no older minute has changed. */
  isCoveredByWhole(since: Position): boolean;
}

const byKey = <T>(held: readonly T[], changed: readonly T[], keyOf: (item: T) => string | number): readonly T[] => {
  if (changed.length === 0) return held;
  const all = new Map(held.map((item) => [keyOf(item), item]));
  for (const item of changed) all.set(keyOf(item), item);
  return [...all.values()];
};

export const createRoomView = (roomId: string): RoomView => {
  let room: StoredRoom | undefined;
  const known = (): StoredRoom => {
    if (room === undefined) throw new Error(`nothing is known of ${roomId}`);
    return room;
  };
  return {
    get room() {
      return room;
    },
    replace: (stored) => {
      const isOlder =
        room !== undefined &&
        (stored.generation < room.generation || (stored.generation === room.generation && stored.rev < room.rev));
      if (isOlder) return false;
      const moved = room === undefined || stored.generation !== room.generation || stored.rev !== room.rev;
      room = stored;
      return moved;
    },
    apply: (change) => {
      if (room === undefined || change.generation > room.generation) return 'gap';
      if (change.generation < room.generation || change.rev <= room.rev) return 'old';
      if (change.prev !== room.rev) return 'gap';
      const { products = [], sources = [], catalog = [], markers = [], minutes = [] } = change;
      const compare = change.compare ?? room.compare;
      room = {
        generation: room.generation,
        rev: change.rev,
        live: (change.set === undefined ? room.live : applyMergePatch(room.live, change.set)) as LiveState,
        products: byKey(room.products, products, ({ product_id }) => product_id),
        sources: byKey(room.sources, sources, ({ source }) => source),
        catalog: byKey(room.catalog, catalog, ({ product_id }) => product_id),
        markers: byKey(room.markers, markers, ({ id }) => id).slice(-LIMITS.kept_markers),
        comments: room.comments,
        minutes: [...byKey(room.minutes, minutes, ({ minute }) => minute)]
          .sort((a, b) => a.minute - b.minute)
          .slice(-RULES.keptRows),
        ...(compare === undefined ? {} : { compare }),
      };
      return 'applied';
    },
    addComments: (items) => {
      if (room === undefined) return;
      room = { ...room, comments: byKey(room.comments, items, ({ id }) => id).slice(-LIMITS.kept_comments) };
    },
    snapshot: ({ ref, after, comments }) => {
      const { generation, rev, live, minutes, compare, ...lists } = known();
      return {
        type: 'snapshot',
        ...(ref === undefined ? {} : { ref }),
        room_id: roomId,
        epoch: generation,
        offset: rev,
        complete: after === undefined,
        ...live,
        sources: lists.sources,
        products: lists.products,
        catalog: lists.catalog,
        markers: lists.markers,
        ...(comments ? { comments: lists.comments } : {}),
        minutes: after === undefined ? minutes : minutes.filter((row) => row.rev > after),
        ...(compare === undefined ? {} : { compare }),
        guidance: [],
      };
    },
    whole: () => {
      const { rev, live, products, sources, catalog, markers, minutes, compare } = known();
      return {
        type: 'update',
        room_id: roomId,
        offset: rev,
        set: { ...live },
        products,
        sources,
        catalog,
        markers,
        minutes: minutes.slice(-NEWEST),
        ...(compare === undefined ? {} : { compare }),
      };
    },
    isCoveredByWhole: ({ epoch, offset }) => {
      const { generation, minutes } = known();
      return generation === epoch && minutes.slice(0, -NEWEST).every(({ rev }) => rev <= offset);
    },
  };
};
