import { COUNTERS, type Compare, type Headline, type MinuteRow, minuteOf, RULES } from '@liveboard/contracts';
import { headlineMetric, signalOf } from './compare.ts';
import { type Listing, P_AT, type Pin, type Pinning, type Product, type Room } from './room.ts';

const NOTHING_PINNED_MS = 60_000;
const MARKER_MS = 600_000;
const LOW_STOCK = 10;

/** What is pinned after `before` and all of these pins. */
export const pinnedAfter = (before: Pinning, pins: readonly Pin[]): Pinning => {
  let { product_id, since } = before;
  for (const pin of pins) {
    if (pin.pinned === (pin.product_id === product_id)) continue;
    product_id = pin.pinned ? pin.product_id : undefined;
    since = pin.ts;
  }
  return { ...(product_id === undefined ? {} : { product_id }), ...(since === undefined ? {} : { since }) };
};

/** Items sold before a minute that is not final. */
const soldBefore = (room: Room, { ordinal, totals }: Product, minute: number): number => {
  let sold = totals[P_AT.items_sold] as number;
  for (const each of room.minutes.values())
    if (each.minute >= minute) sold -= each.products.get(ordinal)?.[P_AT.items_sold] ?? 0;
  return sold;
};

/** Keeps of pins and listings what the minutes after `minute` need, before that becomes final. */
export const settleProducts = (room: Room, minute: number): void => {
  const end = minute + RULES.minuteMs;
  const pins = room.pins.filter(({ ts }) => ts < end);
  if (pins.length > 0) {
    room.pinning = pinnedAfter(room.pinning, pins);
    room.pins = room.pins.slice(pins.length);
  }
  for (const product of room.products.values()) {
    const newest = product.listings.findLastIndex(({ ts }) => ts < end);
    if (newest < 0) continue;
    if (newest > 0) product.listings.splice(0, newest);
    const listing = product.listings[0] as Listing;
    listing.sold_before ??= soldBefore(room, product, minuteOf(listing.ts));
  }
};

type Context = Pick<Headline, 'context' | 'params'>;

const nothingPinned = (room: Room, end: number): Context | undefined => {
  const { product_id, since } = pinnedAfter(
    room.pinning,
    room.pins.filter(({ ts }) => ts < end),
  );
  if (product_id !== undefined || since === undefined || end - since < NOTHING_PINNED_MS) return undefined;
  return { context: 'nothing_pinned', params: { since } };
};

/** Of the minute's best seller, from its newest listing's minute to the minute's end. */
const lowStock = (room: Room, row: MinuteRow, end: number): Context | undefined => {
  const top = [...row.products].sort((a, b) => b.gmv - a.gmv)[0];
  const product = top === undefined ? undefined : room.products.get(top.product_id);
  const listing = product?.listings.findLast(({ ts }) => ts < end);
  if (product === undefined || listing?.stock === undefined) return undefined;
  const from = listing.sold_before ?? soldBefore(room, product, minuteOf(listing.ts));
  const left = Math.max(0, listing.stock - (soldBefore(room, product, end) - from));
  if (left >= LOW_STOCK) return undefined;
  return { context: 'low_stock', params: { product_id: product.product_id, title: listing.title, left } };
};

const marker = (room: Room, end: number): Context | undefined => {
  let newest: Room['markers'][number] | undefined;
  for (const each of room.markers)
    if (each.ts < end && each.ts >= end - MARKER_MS && (newest === undefined || each.ts >= newest.ts)) newest = each;
  if (newest === undefined) return undefined;
  return { context: 'marker', params: { label: newest.label, kind: newest.kind, ts: newest.ts } };
};

const sourceMoved = (row: MinuteRow, base: readonly MinuteRow[]): Context | undefined => {
  const n = base.length;
  if (n === 0) return undefined;
  const views = (rows: readonly MinuteRow[], source: string): number =>
    rows.reduce((sum, { sources }) => sum + (sources.find((each) => each.source === source)?.views ?? 0), 0);
  let best: { source: string; delta: number; size: number } | undefined;
  const names = new Set([row, ...base].flatMap(({ sources }) => sources.map((each) => each.source)));
  for (const source of [...names].sort()) {
    const value = views([row], source);
    const mean = views(base, source) / n;
    if (mean === 0) continue;
    const delta = (value - mean) / mean;
    const z = (value - mean) / Math.sqrt(Math.max(mean, 1) * (1 + 1 / n));
    const size = Math.abs(value - mean);
    if (signalOf(z, delta) !== 'quiet' && (best === undefined || size > best.size)) best = { source, delta, size };
  }
  return best === undefined ? undefined : { context: 'source', params: { source: best.source, delta: best.delta } };
};

type Sum = Record<(typeof COUNTERS)[number], number>;

/** `gmv = room_impressions x entry_rate x ctr x ctor x aov`; the factor with the largest log ratio moved GMV most. */
const topFactor = (row: MinuteRow, base: readonly MinuteRow[]): Context | undefined => {
  if (base.length === 0) return undefined;
  const sums = Object.fromEntries(
    COUNTERS.map((id) => [id, base.reduce((sum, { counts }) => sum + counts[id], 0) / base.length]),
  ) as Sum;
  const factors = (c: Readonly<Sum>): readonly (readonly [string, number])[] => [
    ['room_impressions', c.room_impressions],
    ['entry_rate', c.views / c.room_impressions],
    ['ctr', c.product_clicks / c.views],
    ['ctor', c.paid_orders / c.product_clicks],
    ['aov', c.gmv / c.paid_orders],
  ];
  const before = factors(sums);
  let best: { factor: string; from: number; to: number; size: number } | undefined;
  for (const [i, [factor, to]] of factors(row.counts).entries()) {
    const from = (before[i] as readonly [string, number])[1];
    if (!(from > 0 && to > 0 && Number.isFinite(from) && Number.isFinite(to))) return undefined;
    const size = Math.abs(Math.log(to / from));
    if (best === undefined || size > best.size) best = { factor, from, to, size };
  }
  return best === undefined
    ? undefined
    : { context: 'factor', params: { factor: best.factor, from: best.from, to: best.to } };
};

/** What stands beside a strong change: its metric, and the first thing that applies of what happened just before. */
export const headlineOf = (
  room: Room,
  row: MinuteRow,
  metrics: Compare['metrics'],
  base: readonly MinuteRow[],
): Headline | undefined => {
  const metric = headlineMetric(metrics);
  if (metric === undefined) return undefined;
  const end = row.minute + RULES.minuteMs;
  const context =
    nothingPinned(room, end) ??
    lowStock(room, row, end) ??
    marker(room, end) ??
    sourceMoved(row, base) ??
    topFactor(row, base);
  return { metric, ...context };
};
