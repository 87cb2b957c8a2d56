import {
  CATALOGUE,
  COMPARATOR,
  type Compare,
  type Comparison,
  type CountId,
  type GaugeId,
  type Headline,
  type Metric,
  type MinuteMetricId,
  type MinuteRow,
  type Ratio,
  type RoomState,
  RULES,
  type Signal,
} from '@liveboard/contracts';
import type { Peak } from './room.ts';

/** A closed or final row with what comparisons need beside it. */
export interface Comparable {
  readonly row: MinuteRow;
  readonly whole: boolean;
  readonly candidate?: RoomState;
}

/** `signal.v1`: a change counts when it is both beyond noise and large. */
export const signalOf = (z: number, delta: number | undefined): Signal => {
  if (delta === undefined) return 'quiet';
  const size = Math.abs(delta);
  if (Math.abs(z) >= 2.5 && size >= 0.25) return 'strong';
  return Math.abs(z) >= 2 && size >= 0.1 ? 'notable' : 'quiet';
};

const sumOf = (rows: readonly MinuteRow[], id: CountId): number =>
  rows.reduce((sum, { counts }) => sum + counts[id], 0);

const countZ = (x: number, b: number, n: number): number => (x - b) / Math.sqrt(Math.max(b, 1) * (1 + 1 / n));

interface Context {
  readonly row: MinuteRow;
  readonly base: readonly MinuteRow[];
  readonly young: boolean;
}

const judged = (value: number, base: number, z: number | undefined, young: boolean, extra: object): Comparison => {
  const delta = base === 0 ? undefined : (value - base) / base;
  if (z === undefined) return { value, base, ...(delta === undefined ? {} : { delta }), ...extra };
  const against = delta !== undefined && z * delta < 0;
  const signal: Signal = young || against ? 'quiet' : signalOf(z, delta);
  return { value, base, ...(delta === undefined ? {} : { delta }), ...extra, signal, z };
};

const compareCount = (id: CountId, { noise }: Metric, { row, base, young }: Context): Comparison => {
  const value = row.counts[id];
  const n = base.length;
  if (n === 0) return { value };
  const by = noise?.model === 'by_count' ? noise.by : id;
  return judged(value, sumOf(base, id) / n, countZ(row.counts[by], sumOf(base, by) / n, n), young, {});
};

const compareGauge = (id: GaugeId, { row, base, young }: Context): Comparison | undefined => {
  const gauge = row[id];
  if (gauge === undefined) return undefined;
  const value = gauge.sum / gauge.n;
  const means = base.flatMap(({ [id]: held }) => (held === undefined ? [] : [held.sum / held.n]));
  const extra = means.length === base.length ? {} : { base_minutes: means.length };
  if (means.length === 0) return { value, ...extra };
  const b = means.reduce((a, c) => a + c, 0) / means.length;
  return judged(value, b, (value - b) / (1.8 * Math.sqrt(Math.max(b, 1))), young, extra);
};

const compareRatio = ({ formula, noise }: Metric, { row, base, young }: Context): Comparison | undefined => {
  if (formula === undefined) return undefined;
  const { num, den, factor } = formula;
  const d = row.counts[den];
  if (d === 0) return undefined;
  const value = (row.counts[num] / d) * factor;
  const DEN = sumOf(base, den);
  if (DEN === 0) return { value };
  const r = sumOf(base, num) / DEN;
  const b = r * factor;
  let z: number | undefined;
  if (noise?.model === 'per_event')
    z = b === 0 ? undefined : ((value - b) / (0.6 * b)) * Math.sqrt(row.counts[noise.by]);
  else z = (row.counts[num] - r * d) / Math.sqrt(Math.max(r * d, 1) * (1 + d / DEN));
  return judged(value, b, z, young, {});
};

const compareMetric = (metric: Metric, context: Context): Comparison | undefined => {
  if (metric.kind === 'gauge') return compareGauge(metric.id as GaugeId, context);
  if (metric.kind === 'ratio') return compareRatio(metric, context);
  return compareCount(metric.id as CountId, metric, context);
};

const MINUTE_METRICS = CATALOGUE.filter(({ noise, id }) => noise !== undefined && id !== 'avg_watch_viewer');

const PULSE: readonly (readonly [MinuteMetricId, number])[] = [
  ['gmv', 0.4],
  ['online', 0.25],
  ['product_clicks', 0.2],
  ['ctor', 0.15],
];

const termOf = (held: Comparison | undefined): number | undefined =>
  held?.delta === undefined || held.z === undefined
    ? undefined
    : Math.max(-1, Math.min(1, held.delta)) * Math.min(1, Math.abs(held.z) / 2);

type Metrics = Compare['metrics'];

/** `pulse.v1`: the weighted mean of the four terms that are available; 0 where none is. */
const pulseOf = (metrics: Metrics): number => {
  let sum = 0;
  let weights = 0;
  for (const [id, weight] of PULSE) {
    const term = termOf(metrics[id]);
    if (term === undefined) continue;
    sum += weight * term;
    weights += weight;
  }
  return weights === 0 ? 0 : sum / weights;
};

const RANK: readonly RoomState[] = ['warming_up', 'trouble', 'peak', 'watch', 'steady'];

export const peakOf = ({ counts, online }: MinuteRow): Peak => ({
  gmv: counts.gmv,
  online: online === undefined ? 0 : online.sum / online.n,
});

const candidateOf = (
  row: MinuteRow,
  metrics: Metrics,
  pulse: number,
  young: boolean,
  before: Comparable | undefined,
  hour: readonly Peak[],
): RoomState => {
  if (young) return 'warming_up';
  const last = before?.row.compare?.pulse;
  if (pulse <= -0.25 || (pulse <= -0.15 && last !== undefined && last <= -0.15)) return 'trouble';
  const own = peakOf(row);
  const isHighest = (id: keyof Peak): boolean => own[id] > 0 && hour.every((each) => each[id] <= own[id]);
  if (pulse >= 0.25 && (isHighest('gmv') || isHighest('online'))) return 'peak';
  const falls = (['gmv', 'online', 'product_clicks'] as const).some((id) => {
    const held = metrics[id];
    return held?.signal === 'strong' && (held.delta ?? 0) < 0;
  });
  return pulse <= -0.15 || falls ? 'watch' : 'steady';
};

/** The more urgent state takes over at once; any other is entered only after two closed minutes outside the present one. */
const settle = (candidate: RoomState, before: Comparable | undefined): RoomState => {
  const present = before?.row.compare?.state;
  if (present === undefined || present === 'warming_up' || candidate === present) return candidate;
  if (RANK.indexOf(candidate) < RANK.indexOf(present)) return candidate;
  return before?.candidate === present ? present : candidate;
};

export interface CompareInput {
  readonly row: MinuteRow;
  /** Opening of the span that the minute lies in, ms. */
  readonly opening: number;
  /** Finds the row of another minute, closed or final. */
  readonly at: (minute: number) => Comparable | undefined;
  /** The peaks of the rows in [from, to). */
  readonly peaks: (from: number, to: number) => readonly Peak[];
  readonly headline: (metrics: Metrics, base: readonly MinuteRow[]) => Headline | undefined;
}

/** A whole minute against those of the five before it that are whole (`prev5.v1`), with signal, pulse and state. */
export const compareMinute = ({
  row,
  opening,
  at,
  peaks,
  headline,
}: CompareInput): { compare: Compare; candidate: RoomState } => {
  const base: MinuteRow[] = [];
  for (let back = 1; back <= RULES.baseMinutes; back++) {
    const held = at(row.minute - back * RULES.minuteMs);
    if (held?.whole === true) base.push(held.row);
  }
  const young = row.minute + RULES.minuteMs - opening < 600_000;
  const context: Context = { row, base, young };
  const metrics: Partial<Record<MinuteMetricId, Comparison>> = {};
  for (const metric of MINUTE_METRICS) {
    const held = compareMetric(metric, context);
    if (held !== undefined) metrics[metric.id as MinuteMetricId | Ratio as MinuteMetricId] = held;
  }
  const pulse = pulseOf(metrics);
  const before = at(row.minute - RULES.minuteMs);
  const hour = peaks(row.minute - 59 * RULES.minuteMs, row.minute);
  const candidate = candidateOf(row, metrics, pulse, young, before, hour);
  const said = headline(metrics, base);
  return {
    candidate,
    compare: {
      comparator: COMPARATOR,
      minute: row.minute,
      base_minutes: base.length,
      metrics,
      state: settle(candidate, before),
      pulse,
      ...(said === undefined ? {} : { headline: said }),
    },
  };
};

/** The largest strong term of the pulse, or nothing. */
export const headlineMetric = (metrics: Metrics): 'gmv' | 'online' | 'product_clicks' | 'ctor' | undefined => {
  let best: MinuteMetricId | undefined;
  let size = 0;
  for (const [id, weight] of PULSE) {
    const held = metrics[id];
    const term = Math.abs(weight * (termOf(held) ?? 0));
    if (held?.signal === 'strong' && term > size) {
      best = id;
      size = term;
    }
  }
  return best as 'gmv' | 'online' | 'product_clicks' | 'ctor' | undefined;
};
