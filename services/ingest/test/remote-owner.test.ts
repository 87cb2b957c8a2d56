import type { ReadRecord } from '@liveboard/kafka';
import { describe, expect, it } from 'vitest';
import type { Batch } from '../src/batch.ts';
import type { Calls } from '../src/calls.ts';
import { createRemoteOwner } from '../src/remote-owner.ts';
import type { Counting } from '../src/threads.ts';

const OWNER = 7;
const records = (from: number, to: number): ReadRecord[] =>
  Array.from({ length: to - from + 1 }, (_, i) => ({
    partition: 0,
    offset: from + i,
    append: 1_000 + from + i,
    key: null,
    value: Buffer.from(`v${from + i}`),
  }));
const turn = (): Promise<void> => new Promise((next) => setImmediate(next));

/** A remote owner at `next` 5; the other thread does what the test says, when it says it. */
const create = () => {
  const asked: string[] = [];
  const ends: { done: () => void; fail: (error: Error) => void }[] = [];
  const there = { next: 5, goesOn: true };
  const remote = {
    standing: async (owner) => {
      asked.push(`standing ${owner}`);
      return { owner, next: there.next };
    },
    onGap: async (owner, first) => {
      asked.push(`gap ${owner} ${first}`);
      if (there.goesOn) there.next = first;
      return there.goesOn;
    },
    release: async (owner, why) => void asked.push(`release ${owner} ${why}`),
  } as Pick<Calls<Counting>['remote'], 'standing' | 'onGap' | 'release'> as Calls<Counting>['remote'];
  const move: Calls<Counting>['move'] = (name, args) => {
    const [owner, { offsets }, end] = args as [number, Batch, number];
    asked.push(`${name} ${owner} ${offsets[0]}-${offsets.at(-1)} of ${end}`);
    return new Promise((done, fail) => ends.push({ done: () => done(undefined), fail }));
  };
  const owner = createRemoteOwner({ remote, move }, { owner: OWNER, next: there.next });
  return { owner, asked, ends, there };
};

describe('the owner of a partition that another thread counts', () => {
  it('has one batch under way while the next is read, and not a second one', async () => {
    const { owner, asked, ends } = create();
    await owner.take(records(5, 6), 20);
    expect(owner.next).toBe(7);
    let taken = false;
    const second = owner.take(records(7, 9), 20).then(() => {
      taken = true;
    });
    await turn();
    expect(taken).toBe(false);
    expect(asked).toEqual(['take 7 5-6 of 20']);
    ends[0]?.done();
    await second;
    expect(asked).toEqual(['take 7 5-6 of 20', 'take 7 7-9 of 20']);
    expect(owner.next).toBe(10);
  });

  it('says at the next take that a batch failed, and wants again what the other thread has not applied', async () => {
    const { owner, asked, ends, there } = create();
    await owner.take(records(5, 8), 20);
    there.next = 6;
    ends[0]?.fail(new Error('not applied'));
    await turn();
    await expect(owner.take(records(9, 9), 20)).rejects.toThrow('not applied');
    expect(owner.next).toBe(6);
    expect(asked).toEqual(['take 7 5-8 of 20', 'standing 7']);
    await owner.take(records(6, 8), 20);
    expect(asked.at(-1)).toBe('take 7 6-8 of 20');
    expect(owner.next).toBe(9);
  });

  it('wants again what failed where no batch comes after it', async () => {
    const { owner, asked, ends, there } = create();
    await owner.take(records(5, 8), 20);
    there.next = 6;
    ends[0]?.fail(new Error('not applied'));
    await turn();
    expect(owner.next).toBe(6);
    expect(asked.at(-1)).toBe('standing 7');
  });

  it('asks about a gap once nothing is under way, and goes on where the other thread does', async () => {
    const { owner, asked, ends, there } = create();
    await owner.take(records(5, 6), 20);
    const gap = owner.onGap(15);
    await turn();
    expect(asked).toEqual(['take 7 5-6 of 20']);
    there.next = 7;
    ends[0]?.done();
    expect(await gap).toBe(true);
    expect(asked.slice(1)).toEqual(['gap 7 15', 'standing 7']);
    expect(owner.next).toBe(15);
    there.goesOn = false;
    expect(await owner.onGap(18)).toBe(false);
    expect(owner.next).toBe(15);
  });

  it('is released by its own number, once what is under way has ended, well or not', async () => {
    for (const end of ['done', 'fail'] as const) {
      const { owner, asked, ends } = create();
      await owner.take(records(5, 6), 20);
      const released = owner.release('revoked');
      await turn();
      expect(asked).not.toContain('release 7 revoked');
      ends[0]?.[end](new Error('late'));
      await released;
      expect(asked.at(-1)).toBe('release 7 revoked');
    }
  });

  it('takes nothing of an empty batch', async () => {
    const { owner, asked } = create();
    await owner.take([], 20);
    expect(asked).toEqual([]);
    expect(owner.next).toBe(5);
  });
});
