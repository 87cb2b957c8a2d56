import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '@liveboard/runtime';

const AGAIN_MS = 2_000;

/**
 * Asks until both Kafka and Redis answer how the log that Redis holds the state of differs from ours.
 * Resolves with that, or with undefined where it does not.
 */
export const findDifference = async (
  ask: () => Promise<string | undefined>,
  log: Log,
  againMs = AGAIN_MS,
): Promise<string | undefined> => {
  let said: string | undefined;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (why !== said) log.warn({ err: why }, 'not known yet whether Redis holds the state of this log');
      said = why;
    }
    await pause(againMs);
  }
};
