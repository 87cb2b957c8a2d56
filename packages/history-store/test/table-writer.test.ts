import { createLog } from '@liveboard/runtime';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTableWriter, type Failed, type WriterLimits } from '../src/table-writer.ts';

const log = createLog('test', 'silent');
const LIMITS: WriterLimits = {
  batchRows: 10,
  batchBytes: 1_000,
  batchMs: 1_000,
  waitingBytes: 100,
  retryMs: [100, 400],
};

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A server that keeps what it is sent and answers as it is told; without an answer it takes everything. */
const createServer = (limits: Partial<WriterLimits> = {}) => {
  const batches: string[] = [];
  const answers: (Failed | 'lost')[] = [];
  const state = { written: '', holds: undefined as Promise<void> | undefined };
  const writer = createTableWriter({
    table: 't',
    log,
    limits: { ...LIMITS, ...limits },
    now: Date.now,
    insert: async (lines) => {
      const text = Buffer.concat([...lines]).toString();
      batches.push(text);
      await state.holds;
      const answer = answers.shift();
      // `lost`: the server wrote it, the answer never came.
      if (answer === undefined || answer === 'lost') state.written += text;
      if (answer === 'lost') return { kind: 'unanswered', why: 'socket hang up' };
      return answer ?? { kind: 'written' };
    },
  });
  return {
    batches,
    answers,
    state,
    writer,
    add: (text: string, rows = 1) => {
      const added = { acknowledged: false };
      void writer.add({ rows, bytes: Buffer.from(text) }).then(() => {
        added.acknowledged = true;
      });
      return added;
    },
  };
};
const refused: Failed = { kind: 'refused', why: '27: bad row' };
const away: Failed = { kind: 'unanswered', why: 'ECONNREFUSED' };

describe('a table’s writer', () => {
  it('gathers rows for a second, and acknowledges them together', async () => {
    const { add, batches } = createServer();
    const a = add('a');
    await vi.advanceTimersByTimeAsync(999);
    const b = add('b');
    expect(batches).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(batches).toEqual(['ab']);
    expect([a.acknowledged, b.acknowledged]).toEqual([true, true]);
  });

  it('does not wait where a batch is whole, by rows or by bytes, and never exceeds it', async () => {
    const byRows = createServer();
    for (const each of ['a', 'b', 'c', 'd', 'e']) byRows.add(each, 4);
    await vi.advanceTimersByTimeAsync(0);
    expect(byRows.batches).toEqual(['ab', 'cd']);
    const byBytes = createServer({ batchBytes: 3 });
    for (const each of ['aa', 'bb', 'cccc']) byBytes.add(each);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(byBytes.batches).toEqual(['aa', 'bb', 'cccc']);
  });

  it('sends the same batch again until it is acknowledged, and nothing else before it', async () => {
    const { add, batches, answers, writer, state } = createServer();
    answers.push(away, 'lost', refused);
    const a = add('a');
    await vi.advanceTimersByTimeAsync(1_000);
    const b = add('b');
    await vi.advanceTimersByTimeAsync(100);
    await vi.advanceTimersByTimeAsync(200);
    expect(a.acknowledged).toBe(false);
    expect(writer.status()).toMatchObject({ refusedNow: 1, retries: { refused: 1, unanswered: 2 }, waitingBytes: 2 });
    await vi.advanceTimersByTimeAsync(400);
    expect(a.acknowledged).toBe(true);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(b.acknowledged).toBe(true);
    expect(batches).toEqual(['a', 'a', 'a', 'a', 'b']);
    expect(state.written).toBe('aab');
    expect(writer.status()).toMatchObject({ rows: 2, refusedNow: 0, waitingBytes: 0, oldestMs: 0 });
  });

  it('goes on for as long as the server refuses, saying so', async () => {
    const { add, batches, answers, writer } = createServer();
    answers.push(...Array.from({ length: 20 }, () => refused));
    const a = add('a');
    await vi.advanceTimersByTimeAsync(1_000 + 400 * 30);
    expect(writer.status().retries.refused).toBe(20);
    expect([a.acknowledged, new Set(batches).size]).toEqual([true, 1]);
  });

  it('is full beyond its bound, and has room again once enough is acknowledged', async () => {
    const { add, writer, answers } = createServer();
    answers.push(away);
    expect(writer.full).toBeUndefined();
    add('x'.repeat(101));
    const opened = vi.fn();
    void writer.full?.then(opened);
    expect(writer.full).toBe(writer.full);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(opened).not.toHaveBeenCalled();
    expect(writer.status().oldestMs).toBe(1_000);
    await vi.advanceTimersByTimeAsync(100);
    expect(opened).toHaveBeenCalledOnce();
    expect(writer.full).toBeUndefined();
  });

  it('tries once more when it is closed, and acknowledges nothing that was not written', async () => {
    const written = createServer();
    const a = written.add('a');
    await written.writer.close();
    expect([a.acknowledged, written.batches]).toEqual([true, ['a']]);
    const lost = createServer();
    lost.answers.push(away, away);
    const b = lost.add('b');
    await vi.advanceTimersByTimeAsync(1_000);
    await lost.writer.close();
    expect([b.acknowledged, lost.batches]).toEqual([false, ['b', 'b']]);
  });
});
