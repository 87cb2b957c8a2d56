/** The window rules `w1`. Every row carries their name, so that a change of any number here is a new name. Milliseconds unless named otherwise. */
export const RULES = {
  name: 'w1',
  minuteMs: 60_000,
  /** Advice runs this long after a minute's end, so that stragglers are in. */
  adviceAfterMs: 2_000,
  /** A minute is final this long after its end, in stream time. */
  graceMs: 120_000,
  /** Event time may lead the broker's append time by at most this much. */
  futureMs: 30_000,
  /** Minutes without a counted event after which a room's span closes by itself. */
  silenceMinutes: 10,
  /** Minutes without a counted event after which a room's memory is dropped. */
  memoryMinutes: 1_440,
  /** Users whose room-wide flags are kept exactly; beyond it room uniques are lower bounds. */
  usersCap: 2 ** 21,
  /** Rows kept per room; products and sources only in the newest `detailedRows`. */
  keptRows: 60,
  detailedRows: 10,
  /** Minutes the comparator looks back. */
  baseMinutes: 5,
  /** 2020-01-01T00:00:00Z: no event of ours is older. */
  minTs: 1_577_836_800_000,
  maxValueBytes: 65_536,
} as const;

export const COMPARATOR = 'prev5.v1';
export const SIGNAL_VERSION = 'signal.v1';
export const PULSE_VERSION = 'pulse.v1';

/** The minute (its start, ms) that an instant lies in; half-open, UTC. */
export const minuteOf = (ts: number): number => {
  const minute = Math.floor(ts / RULES.minuteMs) * RULES.minuteMs;
  // The quotient of an instant just before a border may round up to it.
  return minute > ts ? minute - RULES.minuteMs : minute;
};

/** Stored sums stop here instead of losing integers. */
export const addCapped = (a: number, b: number): number => {
  return Math.min(a + b, Number.MAX_SAFE_INTEGER);
};

/**
 * The order of rows over all lives of the log: `generation * 2^48 + offset`.
 * @throws RangeError when either part is outside its bounds.
 */
export const versionOf = (generation: number, offset: number): bigint => {
  if (!Number.isInteger(generation) || generation < 0 || generation > 32_767)
    throw new RangeError('generation: 0..32767');
  if (!Number.isSafeInteger(offset) || offset < 0 || offset >= 2 ** 48) throw new RangeError('offset: 0..2^48-1');
  return (BigInt(generation) << 48n) | BigInt(offset);
};
