import type { MinuteRow } from '@liveboard/contracts';
import type { HistoryReader, MinuteRange, StoredMinute } from '@liveboard/history-store';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../src/problem.ts';
import { readMinutes } from '../src/rest/minutes.ts';

const row = (n: number, rev = n, more: Partial<MinuteRow> = {}): MinuteRow => ({
  minute: n * 60_000,
  state: 'final',
  in_life: true,
  rev,
  rules: 'w1',
  counts: {} as never,
  products: [],
  sources: [],
  ...more,
});
const stored = (n: number, rev = n, generation = 1): StoredMinute => ({ generation, row: row(n, rev, { rules: 'h' }) });
const room = (...minutes: MinuteRow[]) => ({ generation: 1, minutes });
const ALL = { from: 0, to: Number.MAX_SAFE_INTEGER };

/** A history that holds these minutes and keeps what it is asked. */
const createHistory = (...minutes: StoredMinute[]) => {
  const asked: MinuteRange[] = [];
  const reader: Pick<HistoryReader, 'minutes'> = {
    minutes: async (_, range) => {
      asked.push(range);
      return minutes.filter(
        ({ row: { minute } }) => (minute >= range.from && minute < range.to) || minute === range.also,
      );
    },
  };
  return { reader, asked };
};
const away: Pick<HistoryReader, 'minutes'> = { minutes: () => Promise.reject(new Error('away')) };
const numbers = (rows: readonly MinuteRow[]): number[] => rows.map(({ minute }) => minute / 60_000);
const code = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => (error instanceof Refusal ? error.code : error),
  );

describe('the minutes of a room', () => {
  it('come from Redis alone where it holds the range, also while ClickHouse is away', async () => {
    const held = room(row(10), row(11), row(12));
    const range = { from: 11 * 60_000, to: 12 * 60_000 };
    expect(numbers(await readMinutes(away, 'r', held, range))).toEqual([11]);
    const { reader, asked } = createHistory();
    await readMinutes(reader, 'r', held, range);
    expect(asked).toEqual([]);
  });

  it('are as many as Redis holds where there is no history', async () => {
    expect(numbers(await readMinutes(undefined, 'r', room(row(10)), ALL))).toEqual([10]);
  });

  it('come from history where they are older, one row each', async () => {
    const { reader } = createHistory(stored(1), stored(2), stored(10), stored(11));
    const rows = await readMinutes(reader, 'r', room(row(10), row(11), row(12)), ALL);
    expect(numbers(rows)).toEqual([1, 2, 10, 11, 12]);
  });

  it('are of the higher version, and of history’s where both have the same', async () => {
    const { reader } = createHistory(stored(10, 5), stored(11, 7), stored(12, 7), stored(13, 1, 2));
    const rows = await readMinutes(reader, 'r', room(row(10, 6), row(11, 6), row(12, 7), row(13, 900)), ALL);
    expect(rows.map(({ rules }) => rules)).toEqual(['w1', 'h', 'h', 'h']);
  });

  it('are the newest 1,440 of the range', async () => {
    const { reader } = createHistory(...[...Array(2_000).keys()].map((n) => stored(n)));
    const rows = await readMinutes(reader, 'r', room(row(1_999), row(2_000)), ALL);
    expect([rows.length, ...numbers(rows).slice(-2)]).toEqual([1_440, 1_999, 2_000]);
  });

  it('are not answered in part: not while ClickHouse is away, nor before history has written them', async () => {
    expect(await code(readMinutes(away, 'r', room(row(10)), ALL))).toBe('UNAVAILABLE');
    const { reader } = createHistory(stored(1));
    expect(await code(readMinutes(reader, 'r', room(row(10)), ALL))).toBe('UNAVAILABLE');
    const old = { from: 0, to: 2 * 60_000 };
    expect(await code(readMinutes(reader, 'r', room(row(10)), old))).toBe('UNAVAILABLE');
    const caughtUp = createHistory(stored(1), stored(10));
    expect(numbers(await readMinutes(caughtUp.reader, 'r', room(row(10)), old))).toEqual([1]);
    const young = room(row(10, 10, { state: 'closed' }));
    expect(numbers(await readMinutes(createHistory().reader, 'r', young, ALL))).toEqual([10]);
  });
});
