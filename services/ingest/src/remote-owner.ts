import type { PartitionOwner } from '@liveboard/kafka';
import { type Batch, buffersOf, packBatch } from './batch.ts';
import type { Calls } from './calls.ts';
import type { Counting, Standing } from './threads.ts';

/**
 * The owner of a partition whose state another thread has. One batch is under way while the next is fetched and decoded;
 * where one failed, the next attempt says so and reading goes back to it.
 */
export const createRemoteOwner = (
  { remote, move }: Pick<Calls<Counting>, 'remote' | 'move'>,
  begun: Standing,
): PartitionOwner => {
  const { owner } = begun;
  let { next } = begun;
  let underWay: Promise<unknown> = Promise.resolve();

  const look = async (): Promise<void> => {
    ({ next } = await remote.standing(owner));
  };

  /** Resolves once nothing is under way. @throws what the batch under way failed with */
  const settled = async (): Promise<void> => {
    try {
      await underWay;
    } catch (error) {
      underWay = Promise.resolve();
      throw error;
    }
  };

  const begin = (batch: Batch, end: number): void => {
    underWay = move('take', [owner, batch, end], buffersOf(batch)).catch(async (error: unknown) => {
      await look().catch(() => undefined);
      throw error;
    });
    // Whoever comes next hears of it; where nobody does, reading goes back because of `next`.
    underWay.catch(() => undefined);
  };

  return {
    get next() {
      return next;
    },
    take: async (records, end) => {
      const last = records.at(-1);
      if (last === undefined) return;
      const batch = packBatch(records);
      await settled();
      begin(batch, end);
      next = last.offset + 1;
    },
    onGap: async (first) => {
      await settled();
      const goesOn = await remote.onGap(owner, first);
      await look();
      return goesOn;
    },
    release: async (why) => {
      await settled().catch(() => undefined);
      await remote.release(owner, why);
    },
  };
};
