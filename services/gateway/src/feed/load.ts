const LATE_MS = 1_000;

/** `late`: nobody new is let in. `overloaded`: some of those who are in have to come back later. */
export type Load = 'fine' | 'late' | 'overloaded';

/**
 * Judges the event loop by how late its timer comes: once may be a pause of the machine, twice running is too much work.
 * Times in ms, by a steady clock.
 */
export const createLoadWatch = (everyMs: number, start: number) => {
  let at = start;
  let late = 0;
  return {
    tick: (now: number): Load => {
      late = now - at - everyMs > LATE_MS ? late + 1 : 0;
      at = now;
      if (late === 0) return 'fine';
      return late === 1 ? 'late' : 'overloaded';
    },
  };
};
