/** Knows since when all of a log is known to have been read. Pure; the clock comes in. */
export interface Confirmation {
  /** The log ended at `end` when that was asked at `askedAt`, ms. */
  ends(end: number, askedAt: number): void;
  /** Everything before `next` was read. */
  reached(next: number): void;
  /** Resolves at the first end that was reached. */
  readonly first: Promise<void>;
  /** Time since the last instant at which nothing was unread, ms; undefined before the first. */
  age(): number | undefined;
}

export const createConfirmation = (steadyNow: () => number): Confirmation => {
  let next = 0;
  let wanted: { readonly end: number; readonly askedAt: number } | undefined;
  let confirmedAt: number | undefined;
  let tell = (): void => undefined;
  const first = new Promise<void>((done) => {
    tell = done;
  });
  const judge = (): void => {
    if (wanted === undefined || next < wanted.end) return;
    confirmedAt = wanted.askedAt;
    wanted = undefined;
    tell();
  };
  return {
    ends: (end, askedAt) => {
      // An end that is still waited for stays: a log that grows faster than it is read would never be confirmed.
      if (wanted !== undefined && next < wanted.end) return;
      wanted = { end, askedAt };
      judge();
    },
    reached: (offset) => {
      next = Math.max(next, offset);
      judge();
    },
    first,
    age: () => (confirmedAt === undefined ? undefined : steadyNow() - confirmedAt),
  };
};
