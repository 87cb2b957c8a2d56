import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 1;

/** Runs `work` and says the longest turn of the event loop meanwhile, ms, by how late a timer was. */
export const watchTurns = async <T>(
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly longestMs: number }> => {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  try {
    const result = await work();
    // The timer that the last turn kept waiting fires first.
    await new Promise((next) => setTimeout(next, RESOLUTION_MS));
    return { result, longestMs: Math.max(0, delays.max / 1e6 - RESOLUTION_MS) };
  } finally {
    delays.disable();
  }
};
