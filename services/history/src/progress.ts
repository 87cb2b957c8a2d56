/** A record's place in its partition. `append` is the broker's time, ms. */
export interface Place {
  readonly offset: number;
  readonly append: number;
}

/** How far a partition's rows are acknowledged, and since when. */
export interface Progress {
  /** Everything from `first` up to `place` is taken; `acknowledged` resolves once the rows of it are written. */
  note(first: Place, place: Place, acknowledged: Promise<void>): void;
  /** The first record that was taken and is not acknowledged. */
  readonly waiting: Place | undefined;
  /** The last place up to which everything is acknowledged. */
  readonly acknowledged: Place | undefined;
  /** The last place up to which everything has been acknowledged for as long as a commit waits. */
  safe(): Place | undefined;
}

interface Entry {
  readonly first: Place;
  readonly place: Place;
  /** When it and everything before it was acknowledged, ms. */
  since?: number;
  done: boolean;
}

/** `now`: a steady clock, ms; an hour that is put forward must commit nothing early. */
export const createProgress = (ageMs: number, now: () => number, from?: Place): Progress => {
  let entries: Entry[] = [];
  /** How many of the entries are acknowledged with everything before them. */
  let settled = 0;
  let acknowledged = from;
  let safe = from;

  const settle = (): void => {
    for (let entry = entries[settled]; entry?.done === true; entry = entries[++settled]) {
      entry.since = now();
      acknowledged = entry.place;
    }
  };

  return {
    note: (first, place, written) => {
      const entry: Entry = { first, place, done: false };
      entries.push(entry);
      void written.then(() => {
        entry.done = true;
        settle();
      });
    },
    get waiting() {
      return entries[settled]?.first;
    },
    get acknowledged() {
      return acknowledged;
    },
    safe: () => {
      const until = now() - ageMs;
      let passed = 0;
      while (passed < settled && (entries[passed]?.since ?? Number.POSITIVE_INFINITY) <= until) passed++;
      if (passed > 0) {
        safe = entries[passed - 1]?.place;
        entries = entries.slice(passed);
        settled -= passed;
      }
      return safe;
    },
  };
};
