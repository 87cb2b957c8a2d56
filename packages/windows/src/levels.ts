import type { Gauge } from '@liveboard/contracts';
import { minuteInLife, type Span, secondInLife } from './life.ts';

const SECONDS = 60;

/** What moved the levels within one minute, second by second. Allocated when the first such event comes. */
export interface Slots {
  entered: Int32Array;
  left: Int32Array;
  /** Newest snapshot of the second; `snapshotTs` 0: none. */
  snapshot: Float64Array;
  snapshotTs: Float64Array;
  unpaid: Int32Array;
}

/** The levels at an instant. `online`: by snapshots; `flow`: by entries and departures, until a snapshot came. */
export interface Level {
  online?: number;
  flow?: number;
  unpaid: number;
}

export const createSlots = (): Slots => ({
  entered: new Int32Array(SECONDS),
  left: new Int32Array(SECONDS),
  snapshot: new Float64Array(SECONDS),
  snapshotTs: new Float64Array(SECONDS),
  unpaid: new Int32Array(SECONDS),
});

const secondOf = (ts: number): number => Math.floor((ts % 60_000) / 1_000);

export const noteEntered = (slots: Slots, ts: number): void => {
  const at = secondOf(ts);
  slots.entered[at] = (slots.entered[at] as number) + 1;
};

export const noteLeft = (slots: Slots, ts: number): void => {
  const at = secondOf(ts);
  slots.left[at] = (slots.left[at] as number) + 1;
};

/** Offsets rise, so of equal times the one read later is the newer. */
export const noteSnapshot = (slots: Slots, ts: number, online: number): void => {
  const at = secondOf(ts);
  if (ts < (slots.snapshotTs[at] as number)) return;
  slots.snapshotTs[at] = ts;
  slots.snapshot[at] = online;
};

export const noteUnpaid = (slots: Slots, ts: number, by: 1 | -1): void => {
  const at = secondOf(ts);
  slots.unpaid[at] = (slots.unpaid[at] as number) + by;
};

const advance = (level: Level, slots: Slots, second: number): void => {
  level.unpaid += slots.unpaid[second] as number;
  if ((slots.snapshotTs[second] as number) > 0) {
    level.online = slots.snapshot[second] as number;
    return;
  }
  if (level.online !== undefined) return;
  const entered = slots.entered[second] as number;
  if (level.flow === undefined && entered === 0) return;
  level.flow = Math.max(0, (level.flow ?? 0) + entered - (slots.left[second] as number));
};

/** The present number of people, by snapshot where there was one; undefined before anything is known. */
export const onlineOf = (level: Level): number | undefined => level.online ?? level.flow;

/** Moves `level` (in place) past a whole minute. */
export const passMinute = (level: Level, slots: Slots | undefined): void => {
  if (slots === undefined) return;
  for (let second = 0; second < SECONDS; second++) advance(level, slots, second);
};

interface Sum {
  sum: number;
  n: number;
  last: number;
  max: number;
}

const add = (gauge: Sum, value: number): void => {
  gauge.sum += value;
  gauge.n++;
  gauge.last = value;
  if (value > gauge.max) gauge.max = value;
};

/**
 * Samples both levels at each second of a minute that touches life and has begun by `until` (ms), after all events
 * with `ts` before the second's end. Moves `level` past the whole minute. Absent = no sample.
 */
export const sampleMinute = (
  level: Level,
  slots: Slots | undefined,
  minute: number,
  spans: readonly Span[],
  until: number,
): { online?: Gauge; unpaid_orders?: Gauge } => {
  const online: Sum = { sum: 0, n: 0, last: 0, max: 0 };
  const unpaid: Sum = { sum: 0, n: 0, last: 0, max: 0 };
  const { whole } = minuteInLife(spans, minute);
  for (let second = 0; second < SECONDS; second++) {
    if (slots !== undefined) advance(level, slots, second);
    const start = minute + second * 1_000;
    if (start > until || !(whole || secondInLife(spans, start))) continue;
    add(unpaid, level.unpaid);
    const people = onlineOf(level);
    if (people !== undefined) add(online, people);
  }
  return { ...(online.n > 0 ? { online } : {}), ...(unpaid.n > 0 ? { unpaid_orders: unpaid } : {}) };
};
