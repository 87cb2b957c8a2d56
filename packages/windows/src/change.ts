import type { CommentItem, Compare, LiveState, Marker, MinuteRow, ProductRow, RoomInfo } from '@liveboard/contracts';
import { RULES } from '@liveboard/contracts';
import { buildNumbers, catalogOf, openMinutes, productRow, sourceRows } from './build.ts';
import { pinnedAfter } from './headline.ts';
import type { LifeView } from './life.ts';
import type { Past, Room, Unsaid } from './room.ts';
import type { RoomChange } from './types.ts';

const ALL_SOURCES = (1 << 10) - 1;

/** Rows that are closed or final and still at hand, oldest first: all that may be new to readers. */
const nearRows = (room: Room): MinuteRow[] =>
  [...room.kept, ...openMinutes(room)].flatMap(({ row }) => (row === undefined ? [] : [row]));

const rowOf = ({ text }: Past): MinuteRow => JSON.parse(text) as MinuteRow;

const compareIn = (past: readonly Past[], near: readonly MinuteRow[]): Compare | undefined => {
  const newest = near.findLast(({ compare }) => compare)?.compare;
  for (let i = past.length - 1; newest === undefined && i >= 0; i--) {
    const { compare } = rowOf(past[i] as Past);
    if (compare !== undefined) return compare;
  }
  return newest;
};

/** The closed and final rows that readers must learn, and the minutes that left the newest sixty. */
const changedRows = (room: Room, unsaid: Unsaid, near: readonly MinuteRow[], full: boolean) => {
  const { past } = room;
  const surplus = Math.max(0, past.length + near.length - RULES.keptRows);
  const published = near.slice(Math.max(0, surplus - past.length));
  return {
    minutes: full
      ? [...past.slice(surplus).map(rowOf), ...published]
      : published.filter(({ minute }) => unsaid.minutes.has(minute)),
    forgotten: unsaid.minutes.size === 0 ? [] : [...past, ...near].slice(0, surplus).map(({ minute }) => minute),
  };
};

const markersOf = (markers: Room['markers']): Marker[] =>
  markers.map(
    ({ by, ...rest }) => ({ ...rest, ...(by === undefined ? {} : { by: JSON.parse(by) as unknown }) }) as Marker,
  );

const tail = <T>(items: readonly T[], n: number): readonly T[] => (n === 0 ? [] : items.slice(-n));

const liveState = (room: Room, info: RoomInfo, view: LifeView, streamTime: number): LiveState => {
  const pinned = pinnedAfter(room.pinning, room.pins);
  const live: { -readonly [Part in keyof LiveState]: LiveState[Part] } = {
    room: info,
    health: {
      stream_time: streamTime,
      counted: room.counted,
      late: room.late,
      duplicates: room.duplicates,
      last_event_at: room.lastEventAt,
      ...(room.gap === undefined ? {} : { gap: room.gap }),
    },
  };
  const { totals, now } = buildNumbers(room, view, streamTime);
  if (!room.dropped) live.totals = totals;
  if (pinned.product_id !== undefined && pinned.since !== undefined)
    live.pinned = { product_id: pinned.product_id, since: pinned.since };
  if (now !== undefined) live.now = now;
  return live;
};

const changedProducts = (room: Room, unsaid: Unsaid, full: boolean): ProductRow[] => {
  const rows: ProductRow[] = [];
  if (!full && unsaid.products.size === 0) return rows;
  for (const { product_id, ordinal, totals } of room.products.values())
    if (full ? totals.some((each) => each > 0) : unsaid.products.has(ordinal))
      rows.push(productRow(product_id, totals));
  return rows;
};

const changedCatalog = (room: Room, unsaid: Unsaid, full: boolean) =>
  !full && unsaid.catalog.size === 0
    ? []
    : catalogOf([...room.products.values()].filter(({ product_id }) => full || unsaid.catalog.has(product_id)));

/** What readers of a room must learn; the whole of it where they never heard of it. `info`: the room's own, as it is now. */
export const changeOf = (
  room: Room,
  unsaid: Unsaid,
  info: RoomInfo,
  view: LifeView,
  streamTime: number,
  whole: boolean,
): RoomChange => {
  const full = whole || unsaid.published === undefined;
  const isCompared = full || unsaid.compare;
  const near = isCompared || unsaid.minutes.size > 0 ? nearRows(room) : [];
  const compare = isCompared ? compareIn(room.past, near) : undefined;
  return {
    room_id: room.room_id,
    full,
    ...(full || unsaid.published === undefined ? {} : { prev: unsaid.published }),
    rev: room.rev,
    live: liveState(room, info, view, streamTime),
    products: changedProducts(room, unsaid, full),
    catalog: changedCatalog(room, unsaid, full),
    sources: sourceRows(room.sources, room.sourcesTouched & (full ? ALL_SOURCES : unsaid.sources)),
    ...changedRows(room, unsaid, near, full),
    markers: markersOf(full ? room.markers : [...tail(room.markers, unsaid.markers)]),
    comments: (full ? room.comments : tail(room.comments, unsaid.comments)) as readonly CommentItem[],
    ...(compare === undefined ? {} : { compare }),
  };
};
