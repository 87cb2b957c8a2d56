import {
  applyMergePatch,
  type CatalogItem,
  type CommentItem,
  type Compare,
  type LiveState,
  type Marker,
  type MinuteRow,
  type ProductRow,
  RULES,
  type Snapshot,
  type SourceRow,
  type Update,
} from '@liveboard/contracts';

const KEPT_COMMENTS = 50;

/** One room as the feed told it so far. `epoch` and `offset` say where it stands; rows are sorted by minute. */
export interface RoomState {
  readonly room_id: string;
  readonly epoch: number;
  readonly offset: number;
  readonly live: LiveState;
  readonly sources: readonly SourceRow[];
  readonly products: readonly ProductRow[];
  readonly catalog: readonly CatalogItem[];
  readonly markers: readonly Marker[];
  readonly comments: readonly CommentItem[];
  readonly minutes: readonly MinuteRow[];
  readonly compare?: Compare;
}

/** `gap`: something was missed, subscribe again with resume. `old`: known already. */
export type Merged =
  | { readonly kind: 'applied'; readonly state: RoomState }
  | { readonly kind: 'gap' }
  | { readonly kind: 'old' };

const byKey = <T>(held: readonly T[], changed: readonly T[] | undefined, keyOf: (item: T) => string | number) => {
  if (changed === undefined || changed.length === 0) return held;
  const all = new Map(held.map((item) => [keyOf(item), item]));
  for (const item of changed) all.set(keyOf(item), item);
  return [...all.values()];
};

const withMinutes = (held: readonly MinuteRow[], changed: readonly MinuteRow[] | undefined): readonly MinuteRow[] =>
  changed === undefined || changed.length === 0
    ? held
    : [...byKey(held, changed, ({ minute }) => minute)].sort((a, b) => a.minute - b.minute).slice(-RULES.keptRows);

/** The state after a snapshot. One that is not complete carries only newer minute rows: `held` has the others. */
export const applySnapshot = (held: RoomState | undefined, snapshot: Snapshot): RoomState => {
  const { room_id, epoch, offset, room, totals, pinned, now, health, compare } = snapshot;
  const before = !snapshot.complete && held?.epoch === epoch ? held.minutes : [];
  return {
    room_id,
    epoch,
    offset,
    live: {
      room,
      health,
      ...(totals === undefined ? {} : { totals }),
      ...(pinned === undefined ? {} : { pinned }),
      ...(now === undefined ? {} : { now }),
    },
    sources: snapshot.sources,
    products: snapshot.products,
    catalog: snapshot.catalog,
    markers: snapshot.markers,
    comments: snapshot.comments ?? [],
    minutes: withMinutes(before, snapshot.minutes),
    ...(compare === undefined ? {} : { compare }),
  };
};

/** True where rows lie between what is held and the newest ones given, so that they must be asked for. */
const leavesHole = (held: readonly MinuteRow[], newest: readonly MinuteRow[] | undefined): boolean => {
  const last = held.at(-1)?.minute;
  const first = newest?.[0]?.minute;
  return last !== undefined && first !== undefined && first > last + RULES.minuteMs;
};

/** The state after an update, which applies only on its `prev`; without one it replaces the live state. */
export const applyUpdate = (held: RoomState, update: Update): Merged => {
  const { prev, offset, set, minutes } = update;
  if (offset <= held.offset) return { kind: 'old' };
  const whole = prev === undefined;
  if (!whole && prev !== held.offset) return { kind: 'gap' };
  if (whole && leavesHole(held.minutes, minutes)) return { kind: 'gap' };
  const compare = update.compare ?? held.compare;
  const live = whole ? (set ?? held.live) : set === undefined ? held.live : applyMergePatch(held.live, set);
  return {
    kind: 'applied',
    state: {
      ...held,
      offset,
      live: live as LiveState,
      products: byKey(whole ? [] : held.products, update.products, ({ product_id }) => product_id),
      sources: byKey(whole ? [] : held.sources, update.sources, ({ source }) => source),
      catalog: byKey(held.catalog, update.catalog, ({ product_id }) => product_id),
      markers: byKey(held.markers, update.markers, ({ id }) => id),
      minutes: withMinutes(held.minutes, minutes),
      ...(compare === undefined ? {} : { compare }),
    },
  };
};

/** Comments travel outside the offset order; the newest are kept. */
export const applyComments = (held: RoomState, items: readonly CommentItem[]): RoomState => ({
  ...held,
  comments: [...held.comments, ...items].slice(-KEPT_COMMENTS),
});
