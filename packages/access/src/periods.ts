/** From `from` up to, not at, `to`; ms. Without `to` it goes on. */
export interface Interval {
  readonly from: number;
  readonly to?: number | undefined;
}

const FOREVER = Number.POSITIVE_INFINITY;
const endOf = ({ to }: Interval): number => to ?? FOREVER;
const until = (from: number, to: number): Interval => (to === FOREVER ? { from } : { from, to });

export const holds = (interval: Interval, at: number): boolean => interval.from <= at && at < endOf(interval);

/** What both have; undefined for nothing. */
export const common = (a: Interval, b: Interval): Interval | undefined => {
  const from = Math.max(a.from, b.from);
  const to = Math.min(endOf(a), endOf(b));
  return from < to ? until(from, to) : undefined;
};

/** The same instants in as few intervals as there can be, oldest first: what touches is one. */
export const union = (intervals: readonly Interval[]): readonly Interval[] => {
  const merged: Interval[] = [];
  for (const next of intervals.filter((each) => each.from < endOf(each)).sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last === undefined || endOf(last) < next.from) merged.push(next);
    else merged[merged.length - 1] = until(last.from, Math.max(endOf(last), endOf(next)));
  }
  return merged;
};

/** Whether all of `[from, to)` lies in one of them. */
export const isWithin = (intervals: readonly Interval[], from: number, to: number): boolean =>
  intervals.some((each) => each.from <= from && to <= endOf(each));
