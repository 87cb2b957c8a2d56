const FIRST_MS = 500;
const LAST_MS = 30_000;

/** Full jitter: anything from 0 to 0.5 s, doubling with each attempt up to 30 s. `attempt` counts from 0, `random` is in [0, 1). */
export const backoff = (attempt: number, random: number): number =>
  Math.floor(random * Math.min(LAST_MS, FIRST_MS * 2 ** Math.min(attempt, 16)));
