import type { Moment, RoomEvent } from './types.ts';

/** Stream time of a partition as a function of the offset, and back. */
export type Timeline = {
  /** The first record at which stream time is at least `time`. */
  reached(time: number): Moment | undefined;
  /** Stream time after the record at `offset`. */
  after(offset: number): number | undefined;
  /** Every record that moved stream time, in offset order. */
  moments: Moment[];
};

/** The number of leading entries for which `test` holds; it must hold for a prefix. */
function prefix<T>(entries: T[], test: (entry: T) => boolean): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const entry = entries[middle];
    if (entry !== undefined && test(entry)) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function createTimeline(moments: Moment[]): Timeline {
  return {
    reached: (time) => moments[prefix(moments, (moment) => moment.time < time)],
    after: (offset) => moments[prefix(moments, (moment) => moment.offset <= offset) - 1]?.time,
    moments,
  };
}

/** How many of `counted`, in offset order, were read up to and with `offset`. */
export function readBy(counted: RoomEvent[], offset: number): number {
  return prefix(counted, (event) => event.offset <= offset);
}
