import { type Facts, headlineOf } from './headline.ts';
import {
  COUNT_NAMES,
  type Compare,
  type CountName,
  type MetricCompare,
  MINUTE,
  type MinuteRow,
  type Signal,
  type State,
} from './types.ts';

/** A row with what the comparison must know of the life around it. */
export type LivedRow = {
  row: MinuteRow;
  /** All of the minute lies in life. */
  whole: boolean;
  /** The opening of the span that the minute lies in. */
  opening?: number;
  facts: Facts;
};

type Ratio = { name: string; over: CountName; under: CountName; times: number; events?: CountName };

const RATIOS: Ratio[] = [
  { name: 'aov', over: 'gmv', under: 'paid_orders', times: 1, events: 'paid_orders' },
  { name: 'avg_price', over: 'gmv', under: 'items_sold', times: 1, events: 'paid_orders' },
  { name: 'gpm', over: 'gmv', under: 'views', times: 1000, events: 'paid_orders' },
  { name: 'show_gpm', over: 'gmv', under: 'product_impressions', times: 1000, events: 'paid_orders' },
  { name: 'entry_rate', over: 'views', under: 'room_impressions', times: 1 },
  { name: 'avg_watch', over: 'watch_ms', under: 'leaves', times: 1, events: 'leaves' },
  { name: 'ctr', over: 'product_clicks', under: 'views', times: 1 },
  { name: 'ctor', over: 'paid_orders', under: 'product_clicks', times: 1 },
  { name: 'comment_rate', over: 'comments', under: 'views', times: 1 },
  { name: 'share_rate', over: 'shares', under: 'views', times: 1 },
  { name: 'follow_rate', over: 'new_followers', under: 'views', times: 1 },
  { name: 'like_rate', over: 'likes', under: 'views', times: 1 },
];

/** Money and time are judged by the number of events they come from. */
const COUNTED_BY = new Map<CountName, CountName>([
  ['gmv', 'paid_orders'],
  ['gmv_refunds', 'refund_orders'],
  ['watch_ms', 'leaves'],
]);

const GAUGES = ['online', 'unpaid_orders'] as const;

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** The level of a change. */
function signalOf(z: number | undefined, delta: number | undefined, young: boolean): Signal {
  if (young || z === undefined || delta === undefined) return 'quiet';
  if (Math.abs(z) < 2 || Math.abs(delta) < 0.1) return 'quiet';
  return Math.abs(z) >= 2.5 && Math.abs(delta) >= 0.25 ? 'strong' : 'notable';
}

function against(value: number, base: number, z: number | undefined, young: boolean, opposed = false): MetricCompare {
  const metric: MetricCompare = { value, base };
  if (base !== 0) metric.delta = (value - base) / base;
  if (z === undefined) return metric;
  metric.z = z;
  const disagree = opposed && metric.delta !== undefined && z * metric.delta < 0;
  metric.signal = disagree ? 'quiet' : signalOf(z, metric.delta, young);
  return metric;
}

function compareCount(name: CountName, row: MinuteRow, base: MinuteRow[], young: boolean): MetricCompare {
  const value = row.counts[name];
  const n = base.length;
  if (n === 0) return { value };
  const judged = COUNTED_BY.get(name) ?? name;
  const mean = sum(base.map((other) => other.counts[judged])) / n;
  const z = (row.counts[judged] - mean) / Math.sqrt(Math.max(mean, 1) * (1 + 1 / n));
  return against(value, sum(base.map((other) => other.counts[name])) / n, z, young, COUNTED_BY.has(name));
}

function compareRatio(ratio: Ratio, row: MinuteRow, base: MinuteRow[], young: boolean): MetricCompare | undefined {
  const num = row.counts[ratio.over];
  const den = row.counts[ratio.under];
  if (den === 0) return undefined;
  const value = (num / den) * ratio.times;
  const NUM = sum(base.map((other) => other.counts[ratio.over]));
  const DEN = sum(base.map((other) => other.counts[ratio.under]));
  if (DEN === 0) return { value };
  const r = NUM / DEN;
  const b = r * ratio.times;
  if (ratio.events === undefined) {
    const z = (num - r * den) / Math.sqrt(Math.max(r * den, 1) * (1 + den / DEN));
    return against(value, b, z, young);
  }
  const z = b === 0 ? undefined : ((value - b) / (0.6 * b)) * Math.sqrt(row.counts[ratio.events]);
  return against(value, b, z, young);
}

function compareGauge(
  name: 'online' | 'unpaid_orders',
  row: MinuteRow,
  base: MinuteRow[],
  young: boolean,
): MetricCompare | undefined {
  const gauge = row[name];
  if (gauge === undefined) return undefined;
  const value = gauge.sum / gauge.n;
  const means = base.flatMap((other) => (other[name] === undefined ? [] : [other[name].sum / other[name].n]));
  const differs = means.length === base.length ? {} : { base_minutes: means.length };
  if (means.length === 0) return { value, ...differs };
  const b = sum(means) / means.length;
  return { ...against(value, b, (value - b) / (1.8 * Math.sqrt(Math.max(b, 1))), young), ...differs };
}

const WEIGHTS = { gmv: 0.4, online: 0.25, product_clicks: 0.2, ctor: 0.15 };

function termOf(delta: number, z: number): number {
  return Math.max(-1, Math.min(1, delta)) * Math.min(1, Math.abs(z) / 2);
}

/** The pulse of a minute: its four terms, the weights rescaled over those that are available. */
function pulseOf(metrics: Record<string, MetricCompare>): number {
  let weighted = 0;
  let weights = 0;
  for (const [name, weight] of Object.entries(WEIGHTS)) {
    const { delta, z } = metrics[name] ?? {};
    if (delta === undefined || z === undefined) continue;
    weighted += weight * termOf(delta, z);
    weights += weight;
  }
  return weights === 0 ? 0 : weighted / weights;
}

/** The largest strong term of the pulse, by its weighted size. */
function headlineMetric(metrics: Record<string, MetricCompare>): string | undefined {
  let found: { name: string; size: number } | undefined;
  for (const [name, weight] of Object.entries(WEIGHTS)) {
    const { delta, z, signal } = metrics[name] ?? {};
    if (signal !== 'strong' || delta === undefined || z === undefined) continue;
    const size = Math.abs(weight * termOf(delta, z));
    if (found === undefined || size > found.size) found = { name, size };
  }
  return found?.name;
}

const PRIORITY: State[] = ['steady', 'watch', 'peak', 'trouble'];

/** A compared minute, as the state of the next one needs it. */
export type Before = { compare: Compare; candidate: State };

function candidateOf(
  metrics: Record<string, MetricCompare>,
  pulse: number,
  hour: MinuteRow[],
  row: MinuteRow,
  before: Before | undefined,
): State {
  if (pulse <= -0.25 || (pulse <= -0.15 && before !== undefined && before.compare.pulse <= -0.15)) return 'trouble';
  const mean = (other: MinuteRow): number => (other.online === undefined ? 0 : other.online.sum / other.online.n);
  const gmvHighest = row.counts.gmv > 0 && hour.every((other) => other.counts.gmv <= row.counts.gmv);
  const onlineHighest = mean(row) > 0 && hour.every((other) => mean(other) <= mean(row));
  if (pulse >= 0.25 && (gmvHighest || onlineHighest)) return 'peak';
  const falls = ['gmv', 'online', 'product_clicks'].some(
    (name) => metrics[name]?.signal === 'strong' && (metrics[name]?.delta ?? 0) < 0,
  );
  return pulse <= -0.15 || falls ? 'watch' : 'steady';
}

function stateOf(candidate: State, before: Before | undefined): State {
  if (before === undefined || before.compare.state === 'warming_up') return candidate;
  const current = before.compare.state;
  if (PRIORITY.indexOf(candidate) >= PRIORITY.indexOf(current)) return candidate;
  return before.candidate !== current ? candidate : current;
}

/**
 * Gives every row but a provisional one its comparison, from the rows as they are now.
 * The rows are a room's, in order of their minutes. `settled` keeps the comparisons of final rows for the next call.
 */
export function compareRows(rows: LivedRow[], settled: Map<number, Before>): MinuteRow[] {
  const byMinute = new Map(rows.map((lived) => [lived.row.minute, lived]));
  const compared = new Map<number, Before>();
  return rows.map((lived): MinuteRow => {
    const { row } = lived;
    const known = row.state === 'final' ? settled.get(row.minute) : undefined;
    const made = known ?? compareRow(lived, byMinute, compared.get(row.minute - MINUTE));
    if (made === undefined) return row;
    compared.set(row.minute, made);
    if (row.state === 'final') settled.set(row.minute, made);
    return { ...row, compare: made.compare };
  });
}

function compareRow(
  { row, whole, opening, facts }: LivedRow,
  byMinute: Map<number, LivedRow>,
  before: Before | undefined,
): Before | undefined {
  if (row.state === 'provisional' || !whole || opening === undefined) return undefined;
  const back = (minutes: number): LivedRow[] => {
    const found: LivedRow[] = [];
    for (let k = minutes; k >= 1; k -= 1) {
      const lived = byMinute.get(row.minute - k * MINUTE);
      if (lived !== undefined) found.push(lived);
    }
    return found;
  };
  const base = back(5).flatMap((lived) => (lived.whole ? [lived.row] : []));
  const hour = back(59).map((lived) => lived.row);
  const young = row.minute + MINUTE - opening < 600_000;
  const metrics: Record<string, MetricCompare> = {};
  for (const name of COUNT_NAMES) metrics[name] = compareCount(name, row, base, young);
  for (const name of GAUGES) {
    const metric = compareGauge(name, row, base, young);
    if (metric !== undefined) metrics[name] = metric;
  }
  for (const ratio of RATIOS) {
    const metric = compareRatio(ratio, row, base, young);
    if (metric !== undefined) metrics[ratio.name] = metric;
  }
  const pulse = pulseOf(metrics);
  const candidate = candidateOf(metrics, pulse, hour, row, before);
  const state = young ? 'warming_up' : stateOf(candidate, before);
  const compare: Compare = {
    comparator: 'prev5.v1',
    minute: row.minute,
    base_minutes: base.length,
    metrics,
    state,
    pulse,
  };
  const metric = headlineMetric(metrics);
  if (metric !== undefined) compare.headline = headlineOf(metric, facts, row, base);
  return { compare, candidate };
}
