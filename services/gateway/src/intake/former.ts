import type { HistoryReader } from '@liveboard/history-store';
import type { Log } from '@liveboard/runtime';
import type { OwnerOptions } from './owner.ts';

/** New rooms wait for no more than this, ms: their events are worth most while they are young. */
const ANSWER_MS = 2_000;

/**
 * Asks history whose rooms were that Redis does not know, so that nobody takes a room of old over by its name. Without
 * history, or while ClickHouse is away, every such room is taken for a new one: no show waits for ClickHouse to begin.
 */
export const createFormer = (
  history: Pick<HistoryReader, 'accounts'> | undefined,
  log: Log,
  answerMs = ANSWER_MS,
): OwnerOptions['former'] => {
  if (history === undefined) return async () => new Map();
  return async (rooms) => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${answerMs} ms`)), answerMs);
    });
    try {
      return await Promise.race([history.accounts(rooms), late]);
    } catch (error) {
      log.warn(
        { err: error instanceof Error ? error.message : error, rooms: rooms.slice(0, 20) },
        'rooms are taken for new',
      );
      return new Map();
    } finally {
      clearTimeout(timer);
    }
  };
};
