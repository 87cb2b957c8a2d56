import type { Pointer, ReadRecord } from '@liveboard/kafka';
import { createLog } from '@liveboard/runtime';
import { createPartition } from '@liveboard/windows';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { packBatch } from '../src/batch.ts';
import type { Outputs } from '../src/outputs.ts';
import { createRunner, type RunnerOptions } from '../src/runner.ts';

const T0 = Date.UTC(2026, 0, 1);
const FLUSH_MS = 250;
const CHECKPOINT_MS = 10_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const record = (offset: number, value: string | null = event(offset)): ReadRecord => ({
  partition: 0,
  offset,
  append: T0 + offset,
  key: null,
  value: value === null ? null : Buffer.from(value),
});
const event = (offset: number): string =>
  JSON.stringify({ v: 1, id: `e${offset}`, type: 'share.sent', room_id: 'room', ts: T0 + offset, user_id: 'u' });
const tick = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** A runner over fakes that note, in one list, what reaches the outside, and when. */
const create = (options: Partial<RunnerOptions> = {}) => {
  const steps: string[] = [];
  const says: string[] = [];
  const waiting: { done: () => void; fail: (error: Error) => void; sent: Promise<void> }[] = [];
  const outputs: Outputs = {
    send: (topic, messages) => {
      if (messages.length === 0) return;
      steps.push(`sent ${messages.length} to ${topic}`);
      let [done, fail]: [() => void, (error: Error) => void] = [() => undefined, () => undefined];
      const sent = new Promise<void>((resolve, reject) => {
        [done, fail] = [resolve, reject];
      });
      sent.catch(() => undefined);
      waiting.push({ done, fail, sent });
    },
    settled: async () => void (await Promise.all(waiting.map(({ sent }) => sent))),
    room: async () => undefined,
  };
  const partition = createPartition({ partition: 0, partitions: 1, generation: 1 });
  const runner = createRunner({
    n: 0,
    generation: 1,
    partition,
    publication: {
      flush: async () => (partition.dirty ? partition.drain() : undefined),
      isCurrent: true,
      lostFences: 0,
    },
    outputs,
    checkpoints: {
      save: async (_, state) => {
        steps.push(`saved at ${state.last}`);
        return { v: 1, g: 1, l: state.last, a: state.append, id: `c${state.last}`, o: 0, n: 1, crc: 0, f: 1 };
      },
      load: () => Promise.reject(new Error('not asked')),
    },
    commit: async (offset, metadata) => {
      steps.push(`committed ${offset} with ${(JSON.parse(metadata) as Pointer).id}`);
    },
    onOtherLog: (why) => says.push(why),
    onGap: 'halt',
    log: createLog('test', 'silent'),
    flushMs: FLUSH_MS,
    checkpointMs: CHECKPOINT_MS,
    observe: (checkpoint) => checkpoint(),
    ...options,
  });
  const take = (...records: readonly ReadRecord[]) =>
    runner.take(packBatch(records), (records.at(-1)?.offset ?? 0) + 1);
  /** What the runner does at its end takes turns of the loop, which the test gives it. */
  const release = async (why: 'revoked' | 'stopping'): Promise<void> => {
    const released = runner.release(why);
    await tick(1);
    await released;
  };
  return {
    runner,
    partition,
    steps,
    says,
    take,
    release,
    acknowledge: () => waiting.map(({ done }) => done()),
    lose: () => waiting.map(({ fail }) => fail(new Error('lost'))),
  };
};
const from: Pointer = { v: 1, g: 1, l: 5, a: T0 + 5, id: 'c5', o: 0, n: 1, crc: 0, f: 1 };
/** A runner whose state was loaded from the checkpoint at record 5. */
const resume = (options: Partial<RunnerOptions> = {}) => {
  const partition = createPartition({ partition: 0, partitions: 1, generation: 1 });
  partition.skipTo(6);
  return { ...create({ from, partition, ...options }), partition };
};

describe('the runner of a partition', () => {
  it('keeps a checkpoint, and commits it, only once all output before it is acknowledged', async () => {
    const { steps, take, acknowledge, release } = create();
    await take(record(0), record(1, '{'));
    await tick(2 * CHECKPOINT_MS);
    const sent = ['sent 1 to quarantine', 'sent 1 to minutes'];
    expect(steps).toEqual(sent);
    acknowledge();
    await tick(CHECKPOINT_MS);
    expect(steps).toEqual([...sent, 'saved at 1', 'committed 2 with c1']);
    await release('revoked');
  });

  it('keeps no checkpoint over output that was lost, neither by the clock nor at its end', async () => {
    const { steps, take, lose, release } = create();
    await take(record(0), record(1, '{'));
    await tick(FLUSH_MS);
    lose();
    await tick(3 * CHECKPOINT_MS);
    await release('stopping');
    expect(steps).toEqual(['sent 1 to quarantine', 'sent 1 to minutes']);
  });

  it('says to Kafka what a checkpoint’s state has forgotten before it writes it', async () => {
    const { steps, take, acknowledge, release } = create({
      // As while Redis stands ahead of a restored state: it is told nothing.
      publication: { flush: async () => undefined, isCurrent: false, lostFences: 0 },
    });
    await take(record(0), record(1));
    await tick(CHECKPOINT_MS + 100);
    expect(steps).toEqual(['sent 1 to minutes']);
    acknowledge();
    await tick(100);
    expect(steps.slice(1)).toEqual(['saved at 1', 'committed 2 with c1']);
    await release('revoked');
  });

  it('keeps a last checkpoint when it stops, none when the partition went to another', async () => {
    for (const why of ['stopping', 'revoked'] as const) {
      const { steps, take, acknowledge, release } = create();
      await take(record(0));
      await tick(FLUSH_MS);
      acknowledge();
      await release(why);
      expect(steps.slice(1)).toEqual(why === 'stopping' ? ['saved at 0', 'committed 1 with c0'] : []);
    }
  });

  it('applies nothing twice that is read again', async () => {
    const { take, partition, runner, release } = create();
    await take(record(0), record(1));
    await take(record(0), record(1), record(2));
    expect(partition.ledger).toMatchObject({ in: 3, counted: 3 });
    expect(runner.next).toBe(3);
    await release('revoked');
  });

  it('halts at a gap after committing its checkpoint again', async () => {
    const { runner, steps, take, release } = resume();
    await take(record(5));
    expect(await runner.onGap(9)).toBe(false);
    expect(steps).toEqual(['committed 6 with c5']);
    expect(runner.next).toBe(6);
    await release('revoked');
  });

  it('goes on where only the record of its checkpoint has left the log', async () => {
    const { runner, steps, release } = resume();
    expect(runner.next).toBe(5);
    expect(await runner.onGap(6)).toBe(true);
    expect(runner.next).toBe(6);
    expect(steps).toEqual([]);
    await release('revoked');
  });

  it('goes on after a gap where it was told to', async () => {
    const { runner, partition, release } = resume({ onGap: 'skip' });
    expect(await runner.onGap(9)).toBe(true);
    expect(partition.applied).toBe(8);
    expect(runner.next).toBe(9);
    await release('revoked');
  });

  it('keeps nothing, and tells nobody, of a log that is not its checkpoint’s', async () => {
    const { take, says, steps, partition, release } = resume();
    await take({ ...record(5), append: T0 + 99 }, record(6));
    await tick(2 * CHECKPOINT_MS);
    expect(says).toHaveLength(1);
    expect(partition.applied).toBe(5);
    expect(steps).toEqual([]);
    await release('stopping');
    expect(steps).toEqual([]);
  });

  it('knows another log by the record that Redis was told of', async () => {
    const { take, says, partition, release } = create({ told: { offset: 1, append: T0 + 7 } });
    await expect(take(record(0), record(1), record(2))).rejects.toThrow('another log');
    expect(says).toHaveLength(1);
    expect(partition.applied).toBe(0);
    await release('revoked');
  });
});
