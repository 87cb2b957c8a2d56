import { describe, expect, it } from 'vitest';
import { createConfirmation } from '../src/confirmation.ts';

const create = () => {
  let clock = 0;
  const confirmation = createConfirmation(() => clock);
  let isFirst = false;
  void confirmation.first.then(() => {
    isFirst = true;
  });
  return {
    ...confirmation,
    at: (ms: number): void => {
      clock = ms;
    },
    isFirst: async (): Promise<boolean> => {
      await Promise.resolve();
      return isFirst;
    },
  };
};

describe('the confirmation of a log', () => {
  it('is not there before its end is known and was reached', async () => {
    const { at, age, ends, reached, isFirst } = create();
    reached(7);
    expect([age(), await isFirst()]).toEqual([undefined, false]);
    ends(9, 10);
    reached(8);
    at(100);
    expect([age(), await isFirst()]).toEqual([undefined, false]);
    reached(9);
    expect([age(), await isFirst()]).toEqual([90, true]);
  });

  it('of an empty log is there at once', async () => {
    const { age, ends, isFirst } = create();
    ends(0, 0);
    expect([age(), await isFirst()]).toEqual([0, true]);
  });

  it('is as old as the question, not as its answer or the reading', () => {
    const { at, age, ends, reached } = create();
    ends(1, 10);
    at(500);
    reached(5);
    expect(age()).toBe(490);
    ends(5, 450);
    expect(age()).toBe(50);
  });

  it('grows old while nobody can say where the log ends, or it is not read', () => {
    const { at, age, ends, reached } = create();
    ends(0, 0);
    at(30_001);
    expect(age()).toBe(30_001);
    ends(3, 30_001);
    at(40_000);
    expect(age()).toBe(40_000);
    reached(3);
    expect(age()).toBe(9_999);
  });

  it('comes also where the log grows faster than it is read', () => {
    const { at, age, ends, reached } = create();
    for (let second = 0; second < 10; second++) {
      at(second * 1_000);
      ends(10 + 5 * second, second * 1_000);
      reached(5 * second);
    }
    expect(age()).toBe(3_000);
  });
});
