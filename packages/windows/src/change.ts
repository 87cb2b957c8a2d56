import type { CommentItem, Compare, LiveState, Marker, MinuteRow } from '@liveboard/contracts';
import { RULES } from '@liveboard/contracts';
import { buildInfo, buildNow, buildTotals, catalogOf, openMinutes, productRow, sourceRows } from './build.ts';
import { pinnedAfter } from './headline.ts';
import type { LifeView } from './life.ts';
import type { Room, Unsaid } from './room.ts';
import type { RoomChange } from './types.ts';

const ALL_SOURCES = (1 << 10) - 1;

/** All rows that are closed or final, oldest first. */
const rowsOf = (room: Room): MinuteRow[] => [
  ...room.kept.map(({ row }) => row),
  ...openMinutes(room).flatMap(({ row }) => (row === undefined ? [] : [row])),
];

const lastCompare = (rows: readonly MinuteRow[]): Compare | undefined =>
  rows.findLast(({ compare }) => compare)?.compare;

const markersOf = (markers: Room['markers']): Marker[] =>
  markers.map(
    ({ by, ...rest }) => ({ ...rest, ...(by === undefined ? {} : { by: JSON.parse(by) as unknown }) }) as Marker,
  );

const tail = <T>(items: readonly T[], n: number): readonly T[] => (n === 0 ? [] : items.slice(-n));

const liveState = (room: Room, view: LifeView, streamTime: number): LiveState => {
  const pinned = pinnedAfter(room.pinning, room.pins);
  const now = buildNow(room, view, streamTime);
  return {
    room: buildInfo(room, view),
    ...(room.dropped ? {} : { totals: buildTotals(room, view, streamTime) }),
    ...(pinned.product_id === undefined || pinned.since === undefined
      ? {}
      : { pinned: { product_id: pinned.product_id, since: pinned.since } }),
    ...(now === undefined ? {} : { now }),
    health: {
      stream_time: streamTime,
      counted: room.counted,
      late: room.late,
      duplicates: room.duplicates,
      last_event_at: room.lastEventAt,
      ...(room.gap === undefined ? {} : { gap: room.gap }),
    },
  };
};

/** What readers of a room must learn; the whole of it where they never heard of it. */
export const changeOf = (
  room: Room,
  unsaid: Unsaid,
  view: LifeView,
  streamTime: number,
  whole: boolean,
): RoomChange => {
  const full = whole || unsaid.published === undefined;
  const rows = rowsOf(room);
  const published = rows.slice(-RULES.keptRows);
  const compare = full || unsaid.compare ? lastCompare(rows) : undefined;
  const products = [...room.products.values()];
  return {
    room_id: room.room_id,
    full,
    ...(full || unsaid.published === undefined ? {} : { prev: unsaid.published }),
    rev: room.rev,
    live: liveState(room, view, streamTime),
    products: products
      .filter(({ ordinal, totals }) => (full ? totals.some((each) => each > 0) : unsaid.products.has(ordinal)))
      .map(({ product_id, totals }) => productRow(product_id, totals)),
    catalog: catalogOf(full ? products : products.filter(({ product_id }) => unsaid.catalog.has(product_id))),
    sources: sourceRows(room.sources, room.sourcesTouched & (full ? ALL_SOURCES : unsaid.sources)),
    minutes: full ? published : published.filter(({ minute }) => unsaid.minutes.has(minute)),
    forgotten: unsaid.minutes.size === 0 ? [] : rows.slice(0, -RULES.keptRows).map(({ minute }) => minute),
    markers: markersOf(full ? room.markers : [...tail(room.markers, unsaid.markers)]),
    comments: (full ? room.comments : tail(room.comments, unsaid.comments)) as readonly CommentItem[],
    ...(compare === undefined ? {} : { compare }),
  };
};
