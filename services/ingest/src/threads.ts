import type { Batch } from './batch.ts';

/**
 * Two threads: one reads (the group, the fetches, the clock's ticks), one counts (the partitions' state, Redis, output,
 * checkpoints). Decoding fetches takes a third of the time, and a flush or a checkpoint keeps no fetch waiting.
 */

/** How a partition's owner stands for whoever reads it. */
export interface Standing {
  /** The owner: a partition that comes back has another one, while the former may still be at its end. */
  readonly owner: number;
  /** The next offset that is wanted; absent: whatever the log holds first. */
  readonly next?: number;
}

/** What the thread that counts does for the one that reads. */
export interface Counting {
  /** Takes a partition over: loads its state. */
  own(n: number): Promise<Standing>;
  /** Applies a batch; resolves once that is done. `end`: where the log ended when it was fetched. */
  take(owner: number, batch: Batch, end: number): Promise<void>;
  standing(owner: number): Standing;
  onGap(owner: number, first: number): Promise<boolean>;
  release(owner: number, why: 'revoked' | 'stopping'): Promise<void>;
  /** Why the worker is not ready; undefined where it is. */
  notReady(): string | undefined;
  /** The metrics' text. `clockDifference`: the broker's clock less this machine's, ms. */
  metrics(clockDifference: number | undefined): Promise<string>;
  stop(): Promise<void>;
}

/** What the thread that reads does for the one that counts. */
export interface Reading {
  /** Whether the group, asked now, still says that the partition is ours. */
  confirm(n: number): Promise<boolean>;
  commit(n: number, offset: number, metadata: string): Promise<void>;
  /** The process must end: at once anew, or not before an operator acted. */
  fail(why: string, halted: boolean): void;
}
