import type { Rows } from '@liveboard/history-store';
import type { CheckpointStore, Pointer, ReadRecord } from '@liveboard/kafka';
import { createLog } from '@liveboard/runtime';
import { createVerdicts } from '@liveboard/windows';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createEventIntake, createMinuteIntake, type Intake } from '../src/intake.ts';
import { createOwner, type OwnerOptions } from '../src/owner.ts';

const AGE = 60_000;
const ROOM = 'room';
const T0 = Date.UTC(2026, 0, 1);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const record = (offset: number, id = `e${offset}`): ReadRecord => ({
  partition: 0,
  offset,
  append: T0 + offset,
  key: null,
  value: Buffer.from(JSON.stringify({ v: 1, id, type: 'share.sent', room_id: ROOM, ts: T0 + offset, user_id: 'u' })),
});

/** An owner over fakes: rows are acknowledged when the test says so, commits and checkpoints are kept. */
const create = (intake: Intake, options: Partial<OwnerOptions> = {}) => {
  const written: Rows[] = [];
  const acks: (() => void)[] = [];
  const commits: { offset: number; pointer: Partial<Pointer> }[] = [];
  const saved: Pointer[] = [];
  const checkpoints: CheckpointStore = {
    save: async (_, { last, append }) => {
      const pointer = { v: 1, g: 1, l: last, a: append, id: `c${last}`, o: 0, n: 1, crc: 0, f: 1 } as const;
      saved.push(pointer);
      return pointer;
    },
    load: async () => Buffer.from('state'),
  };
  const says: string[] = [];
  const owner = createOwner({
    n: 0,
    topic: 't',
    generation: 1,
    intake,
    sink: {
      write: (rows) => {
        written.push(rows);
        return new Promise((done) => acks.push(done));
      },
      full: () => undefined,
    },
    checkpoints: intake.encode === undefined ? undefined : checkpoints,
    commit: async (offset, metadata) =>
      void commits.push({ offset, pointer: JSON.parse(metadata) as Partial<Pointer> }),
    onOtherLog: (why) => says.push(why),
    onLost: (why) => says.push(why),
    onGap: 'halt',
    log: createLog('test', 'silent'),
    commitAgeMs: AGE,
    checkpointMs: 10_000,
    now: Date.now,
    ...options,
  });
  return { owner, written, acks, commits, saved, says };
};
const events = () => createEventIntake(createVerdicts({ partition: 0, partitions: 1, generation: 1 }), 1);
const tick = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('the owner of a partition of events', () => {
  it('commits where a checkpoint lies whose rows were acknowledged long enough ago, and nowhere else', async () => {
    const { owner, acks, commits, saved } = create(events());
    await owner.take([record(0), record(1)], 0);
    await tick(20_000);
    await owner.take([record(2)], 0);
    await tick(20_000);
    expect(saved.map(({ l }) => l)).toEqual([1, 2]);
    acks[0]?.();
    await tick(AGE - 1_000);
    expect(commits).toEqual([]);
    await tick(12_000);
    expect(commits).toEqual([{ offset: 2, pointer: saved[0] }]);
    acks[1]?.();
    await tick(AGE + 11_000);
    expect(commits.at(-1)).toEqual({ offset: 3, pointer: saved[1] });
    await owner.release('stopping');
  });

  it('commits nothing younger when it is stopped, nor when the partition goes to another', async () => {
    for (const why of ['stopping', 'revoked'] as const) {
      const { owner, acks, commits } = create(events());
      await owner.take([record(0)], 0);
      acks[0]?.();
      await tick(AGE - 1_000);
      await owner.release(why);
      expect(commits).toEqual([]);
    }
  });

  it('writes a checkpoint anew that is pointed to for long, since the topic drops its oldest', async () => {
    const from: Pointer = { v: 1, g: 1, l: 5, a: T0 + 5, id: 'old', o: 3, n: 1, crc: 0, f: 1 };
    const intake = events();
    intake.skipTo(6);
    const { owner, commits, saved } = create(intake, { from });
    await owner.take([record(5)], 0);
    await tick(600_000 + AGE + 11_000);
    expect(saved.map(({ l, a }) => [l, a])).toEqual([[5, T0 + 5]]);
    expect(commits).toEqual([{ offset: 6, pointer: saved[0] }]);
    await owner.release('stopping');
  });

  it('tells how old the checkpoint is that a restart begins at, as long as there is something to keep', async () => {
    const { owner, acks, commits } = create(events());
    await tick(30_000);
    expect(owner.status().checkpointAge).toBeUndefined();
    await owner.take([record(0)], 0);
    acks[0]?.();
    await tick(10_000);
    expect(owner.status().checkpointAge).toBe(40_000);
    await tick(AGE);
    expect(commits).toHaveLength(1);
    expect(owner.status().checkpointAge).toBeLessThan(AGE + 10_000);
    await owner.release('stopping');
  });

  it('tells a growing age while checkpoints cannot be written, and while they cannot be committed', async () => {
    const refuse = () => Promise.reject(new Error('the broker says no'));
    for (const options of [{ checkpoints: { save: refuse, load: refuse } }, { commit: refuse }]) {
      const { owner, acks } = create(events(), options);
      await owner.take([record(0)], 0);
      acks[0]?.();
      await tick(901_000);
      expect(owner.status().checkpointAge).toBe(901_000);
      await owner.release('revoked');
    }
  });

  it('tells the age of the one that was written anew: ClickHouse away is no lack of checkpoints', async () => {
    const from: Pointer = { v: 1, g: 1, l: 5, a: T0 + 5, id: 'old', o: 3, n: 1, crc: 0, f: 1 };
    const intake = events();
    intake.skipTo(6);
    const { owner } = create(intake, { from });
    await owner.take([record(5)], 0);
    for (let minute = 0; minute < 60; minute++) {
      await tick(60_000);
      expect(owner.status().checkpointAge).toBeLessThan(700_000);
    }
    await owner.release('stopping');
  });

  it('gives each event the verdict that the windows come to', async () => {
    const { owner, written } = create(events());
    const late = { ...record(5), value: record(0, 'late').value };
    const far = { v: 1, id: 'far', type: 'share.sent', room_id: ROOM, ts: T0 + 600_000, user_id: 'u' };
    await owner.take(
      [
        record(0),
        record(1, 'e0'),
        { ...record(2), value: Buffer.from('{') },
        { ...record(3), value: Buffer.from(JSON.stringify({ v: 1, id: 'x', type: 'x.new', room_id: ROOM, ts: T0 })) },
        { ...record(4), append: T0 + 600_000, value: Buffer.from(JSON.stringify(far)) },
        { ...late, append: T0 + 600_001 },
        {
          ...record(6),
          append: T0 + 600_002,
          value: Buffer.from(JSON.stringify({ v: 1, type: 'clock.tick', ts: T0 })),
        },
      ],
      0,
    );
    expect(written[0]?.events?.map(({ offset, verdict, type }) => [offset, verdict, type])).toEqual([
      [0, 'counted', 'share.sent'],
      [1, 'duplicate', 'share.sent'],
      [3, 'ignored', 'x.new'],
      [4, 'counted', 'share.sent'],
      [5, 'late', 'share.sent'],
    ]);
    await owner.release('stopping');
  });

  it('passes over what it has taken when it is read again', async () => {
    const { owner, written } = create(events());
    await owner.take([record(0), record(1)], 0);
    await owner.take([record(1), record(2)], 0);
    expect(written.map(({ events = [] }) => events.map(({ offset }) => offset))).toEqual([[0, 1], [2]]);
    expect(owner.next).toBe(3);
    await owner.release('stopping');
  });
});

describe('an owner that begins at a commit', () => {
  const from: Pointer = { v: 1, g: 1, l: 5, a: T0 + 5, id: 'c', o: 3, n: 1, crc: 0, f: 1 };
  const resumed = (options: Partial<OwnerOptions> = {}) => {
    const intake = events();
    intake.skipTo(6);
    return create(intake, { from, ...options });
  };

  it('first reads the record that the commit was made at, and goes on after it', async () => {
    const { owner, written } = resumed();
    expect(owner.next).toBe(5);
    await owner.take([record(5), record(6)], 0);
    expect([written.length, written[0]?.events?.length, owner.next]).toEqual([1, 1, 7]);
    await owner.release('stopping');
  });

  it('takes nothing from a log that is another one', async () => {
    const { owner, written, says } = resumed();
    await owner.take([{ ...record(5), append: T0 }, record(6)], 0);
    expect([written, says]).toEqual([[], [expect.stringContaining('its checkpoint was made at record 5')]]);
    await owner.release('stopping');
  });

  it('takes nothing from a log that has another record where one was written before', async () => {
    const known = { offset: 1, append: T0 };
    const { owner, written, says } = create(events(), { known });
    await owner.take([record(0), record(1)], 0);
    expect([written, says]).toEqual([[], [expect.stringContaining('the record 1 that was written here')]]);
    const same = create(events(), { known: { offset: 1, append: T0 + 1 } });
    await same.owner.take([record(0), record(1)], 0);
    expect([same.written.length, same.says]).toEqual([1, []]);
    await Promise.all([owner.release('stopping'), same.owner.release('stopping')]);
  });

  it('halts at a gap with its commit put back, or goes on after it where told to', async () => {
    const halting = resumed();
    expect(await halting.owner.onGap(6)).toBe(true);
    expect(await halting.owner.onGap(8)).toBe(false);
    expect(halting.commits).toEqual([{ offset: 6, pointer: from }]);
    await halting.owner.release('stopping');
    const skipping = resumed({ onGap: 'skip' });
    expect(await skipping.owner.onGap(8)).toBe(true);
    expect(skipping.owner.next).toBe(8);
    await skipping.owner.release('stopping');
  });
});

describe('the owner of a partition of minutes', () => {
  it('commits its position by itself, and counts what nobody of ours wrote', async () => {
    const { owner, acks, commits, written } = create(createMinuteIntake(-1));
    await owner.take([record(0), { ...record(1), value: null }, { ...record(2), value: Buffer.from('{') }], 0);
    expect([owner.status().unreadable, written[0]?.minutes]).toEqual([2, []]);
    acks[0]?.();
    await tick(AGE + 11_000);
    expect(commits).toEqual([{ offset: 3, pointer: { v: 1, g: 1, l: 2, a: T0 + 2 } }]);
    await owner.release('stopping');
  });
});
