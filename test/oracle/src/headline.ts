import type { Known } from './knowledge.ts';
import { byBytes, type Headline, MINUTE, type MinuteRow, minuteOf } from './types.ts';

type Context = Omit<Headline, 'metric'>;

/** What an event of its own tells about the minute's end, the most important first. */
export type Facts = Context[];

function nothingPinned(known: Known, end: number): Context[] {
  let pinned: unknown;
  let since: number | undefined;
  for (const { event } of known.sorted) {
    if (event.ts >= end) break;
    if (event.type === 'product.pinned') {
      pinned = event.product_id;
      since = undefined;
    } else if (event.type === 'product.unpinned' && pinned === event.product_id) {
      pinned = undefined;
      since = event.ts;
    }
  }
  return since === undefined || end - since < 60_000 ? [] : [{ context: 'nothing_pinned', params: { since } }];
}

/** Stock counts from the minute of the newest listing on; the top product is the one with the highest GMV of the minute. */
function lowStock(known: Known, row: MinuteRow): Context[] {
  const end = row.minute + MINUTE;
  const [top] = [...row.products].sort((a, b) => b.gmv - a.gmv || byBytes(a.product_id, b.product_id));
  if (top === undefined) return [];
  const { product_id } = top;
  const listing = known.sorted.findLast(
    ({ event }) => event.type === 'product.listed' && event.product_id === product_id && event.ts < end,
  )?.event;
  if (typeof listing?.stock !== 'number') return [];
  let sold = 0;
  for (const { event, products } of known.effects) {
    const { ts } = event.event;
    if (ts < minuteOf(listing.ts) || ts >= end) continue;
    for (const [id, name, amount] of products) if (id === product_id && name === 'items_sold') sold += amount;
  }
  const left = Math.max(0, listing.stock - sold);
  return left >= 10 ? [] : [{ context: 'low_stock', params: { product_id, title: String(listing.title), left } }];
}

function marker(known: Known, end: number): Context[] {
  const newest = known.sorted.findLast(({ event }) => event.type === 'marker.added' && event.ts < end)?.event;
  if (newest === undefined || newest.ts < end - 600_000) return [];
  const { label, kind, ts } = newest;
  return [{ context: 'marker', params: { label: String(label), kind: String(kind), ts } }];
}

export function factsOf(known: Known, row: MinuteRow): Facts {
  const end = row.minute + MINUTE;
  return [...nothingPinned(known, end), ...lowStock(known, row), ...marker(known, end)];
}

/** The traffic source whose views moved most, among those that moved beyond the noise. */
function movedSource(row: MinuteRow, base: MinuteRow[]): Context[] {
  if (base.length === 0) return [];
  const views = (one: MinuteRow, source: string): number => one.sources.find((s) => s.source === source)?.views ?? 0;
  const names = new Set([row, ...base].flatMap(({ sources }) => sources.map(({ source }) => source)));
  let best: { source: string; delta: number; size: number } | undefined;
  for (const source of [...names].sort(byBytes)) {
    const value = views(row, source);
    const mean = base.reduce((sum, one) => sum + views(one, source), 0) / base.length;
    if (mean === 0) continue;
    const delta = (value - mean) / mean;
    const z = (value - mean) / Math.sqrt(Math.max(mean, 1) * (1 + 1 / base.length));
    const size = Math.abs(value - mean);
    if (Math.abs(z) < 2 || Math.abs(delta) < 0.1 || size <= (best?.size ?? 0)) continue;
    best = { source, delta, size };
  }
  return best === undefined ? [] : [{ context: 'source', params: { source: best.source, delta: best.delta } }];
}

const FACTORS = [
  ['room_impressions', 'room_impressions', undefined],
  ['entry_rate', 'views', 'room_impressions'],
  ['ctr', 'product_clicks', 'views'],
  ['ctor', 'paid_orders', 'product_clicks'],
  ['aov', 'gmv', 'paid_orders'],
] as const;

/** The factor of `gmv = room_impressions x entry_rate x ctr x ctor x aov` that moved most, where all five exist. */
function topFactor(row: MinuteRow, base: MinuteRow[]): Context[] {
  const n = base.length;
  if (n === 0) return [];
  const mean = (name: (typeof FACTORS)[number][1]): number => base.reduce((sum, one) => sum + one.counts[name], 0) / n;
  let best: { factor: string; from: number; to: number; size: number } | undefined;
  for (const [factor, over, under] of FACTORS) {
    const to = row.counts[over] / (under === undefined ? 1 : row.counts[under]);
    const from = mean(over) / (under === undefined ? 1 : mean(under));
    if (!(to > 0 && from > 0) || to === Number.POSITIVE_INFINITY || from === Number.POSITIVE_INFINITY) return [];
    const size = Math.abs(Math.log(to / from));
    if (best === undefined || size > best.size) best = { factor, from, to, size };
  }
  if (best === undefined) return [];
  return [{ context: 'factor', params: { factor: best.factor, from: best.from, to: best.to } }];
}

/** The headline of a minute: the metric, and the first context that applies. */
export function headlineOf(metric: string, facts: Facts, row: MinuteRow, base: MinuteRow[]): Headline {
  const [context] = [...facts, ...movedSource(row, base), ...topFactor(row, base)];
  return { metric, ...context };
}
