import type { HistorySink } from '@liveboard/history-store';
import {
  type CheckpointStore,
  createProof,
  type PartitionOwner,
  POSITION_VERSION,
  type Pointer,
  type Position,
  type ReadRecord,
} from '@liveboard/kafka';
import type { Log } from '@liveboard/runtime';
import type { Intake } from './intake.ts';
import { createProgress, type Place } from './progress.ts';

const YIELD_EVERY = 500;
/** The topic of checkpoints drops its oldest by size: one of this age (ms) that is pointed to is written anew. */
const REFRESH_MS = 600_000;

export interface OwnerOptions {
  readonly n: number;
  readonly topic: string;
  readonly generation: number;
  readonly intake: Intake;
  readonly sink: Pick<HistorySink, 'write' | 'full'>;
  /** Keeps the intake's state, where it has one. */
  readonly checkpoints?: CheckpointStore | undefined;
  readonly commit: (offset: number, metadata: string) => Promise<void>;
  /** Where the commit stood that the intake begins at; a pointer where the intake has a state. */
  readonly from?: Position | Pointer | undefined;
  /** A record whose rows were written before: where the log has another one there, it is another log. */
  readonly known?: Place | undefined;
  /** The log is not the one that the commit was made of. */
  readonly onOtherLog: (why: string) => void;
  /** Rows of records that were taken are lost: the process must start again from its commit. */
  readonly onLost: (why: string) => void;
  readonly onGap: 'halt' | 'skip';
  readonly log: Log;
  readonly commitAgeMs: number;
  readonly checkpointMs: number;
  /** A steady clock, ms. */
  readonly now?: () => number;
}

/** What an operator may ask of a partition. */
export interface OwnerStatus {
  readonly topic: string;
  readonly partition: number;
  readonly applied: number;
  readonly acknowledged: Place | undefined;
  /** The first record whose rows are not acknowledged. */
  readonly waiting: Place | undefined;
  readonly unreadable: number;
  /** ms since the checkpoint was written that a restart begins at, or since the owner began; absent where there is nothing to keep. */
  readonly checkpointAge?: number;
}

export type Owner = PartitionOwner & { status(): OwnerStatus };

const pause = (): Promise<void> => new Promise((next) => setImmediate(next));

/**
 * Owns one partition of one topic: its records become rows, and its commits follow what ClickHouse acknowledged by
 * `commitAgeMs`, because an insert is acknowledged before it is on disk. With a state, a commit is only ever made
 * where a checkpoint of exactly that record lies.
 */
export const createOwner = (options: OwnerOptions): Owner => {
  const { n, topic, generation, intake, sink, checkpoints, from, log, now = () => performance.now() } = options;
  const proof = createProof(n, from);
  const place: Place | undefined = from === undefined ? undefined : { offset: from.l, append: from.a };
  const progress = createProgress(options.commitAgeMs, now, place);
  let last = place;
  let committed = from;
  /** Checkpoints that are not committed yet, oldest first. */
  let pointers: Pointer[] = [];
  let keptAt = now();
  /** When the checkpoint that is pointed to was written; one from before the start was old enough to be committed. */
  let pointedAt = from === undefined ? keptAt : keptAt - options.commitAgeMs;
  const savedAt = new Map<string, number>();
  let released = false;
  let chain: Promise<unknown> = Promise.resolve();

  /** One thing at a time: a batch or a checkpoint's copy. */
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const result = chain.then(work);
    chain = result.catch(() => undefined);
    return result;
  };

  /** What shows in these records that the log is another one. */
  const differs = (records: readonly ReadRecord[]): string | undefined => {
    const { known } = options;
    const held = known && records.find(({ offset }) => offset === known.offset);
    return held === undefined || held.append === known?.append
      ? proof.look(records[0])
      : `partition ${n}: the record ${held.offset} that was written here was appended at ${known?.append}, the log's at ${held.append}`;
  };

  const commit = async (to: Position | Pointer): Promise<void> => {
    await options.commit(to.l + 1, JSON.stringify(to));
    committed = to;
    if ('id' in to) pointedAt = savedAt.get(to.id) ?? pointedAt;
  };

  /** The newest position whose rows have been safe for long enough. */
  const due = (): Position | Pointer | undefined => {
    const safe = progress.safe();
    if (safe === undefined || !proof.given) return undefined;
    if (checkpoints !== undefined) return pointers.findLast(({ l }) => l <= safe.offset);
    return { v: POSITION_VERSION, g: generation, l: safe.offset, a: safe.append };
  };

  const commitDue = async (): Promise<void> => {
    const to = due();
    if (to === undefined || to.l === committed?.l) return;
    await commit(to);
    const passed = pointers.filter(({ l }) => l <= to.l);
    for (const { id } of passed) savedAt.delete(id);
    pointers = pointers.slice(passed.length);
  };

  const checkpoint = async (store: CheckpointStore): Promise<void> => {
    const newest = pointers.at(-1) ?? committed;
    if (!proof.given || last === undefined || intake.applied === newest?.l) return;
    const state = await alone(async () => {
      const pieces: Uint8Array[] = [];
      for (const piece of intake.encode?.() ?? []) {
        pieces.push(piece);
        await pause();
      }
      return { pieces, last: intake.applied, append: last?.append ?? 0 };
    });
    const pointer = await store.save(n, state);
    pointers.push(pointer);
    keptAt = now();
    savedAt.set(pointer.id, keptAt);
  };

  /** Where nothing newer is safe, as while ClickHouse is away: the chunks that are pointed to must not be dropped. */
  const refresh = async (store: CheckpointStore): Promise<void> => {
    if (committed === undefined || !('id' in committed)) return;
    if (now() - pointedAt < Math.max(REFRESH_MS, 2 * options.commitAgeMs)) return;
    const { l, a } = committed;
    await commit(await store.save(n, { pieces: [await store.load(n, committed)], last: l, append: a }));
    pointedAt = now();
  };

  const keep = async (): Promise<void> => {
    if (checkpoints === undefined) return commitDue();
    if (now() - keptAt >= options.checkpointMs) await checkpoint(checkpoints);
    await commitDue();
    await refresh(checkpoints);
  };
  let keeping: Promise<void> | undefined;
  const everyMs = Math.min(options.checkpointMs, Math.max(options.commitAgeMs, 200), 10_000);
  const keeper = setInterval(
    () => {
      keeping ??= keep()
        .catch((error: unknown) => log.error({ err: error, topic, partition: n }, 'a commit or checkpoint failed'))
        .finally(() => {
          keeping = undefined;
        });
    },
    // Staggered, so that partitions do not encode in the same moment.
    everyMs + (n % 8) * Math.floor(everyMs / 40),
  );

  return {
    get next() {
      if (intake.applied < 0) return undefined;
      return proof.given ? intake.applied + 1 : intake.applied;
    },
    get full() {
      return sink.full(intake.tables);
    },
    take: (records) =>
      alone(async () => {
        const why = differs(records);
        if (why !== undefined) return options.onOtherLog(why);
        try {
          let first: Place | undefined;
          for (const [i, record] of records.entries()) {
            if (record.offset <= intake.applied) continue;
            intake.take(record);
            last = { offset: record.offset, append: record.append };
            first ??= last;
            if (i % YIELD_EVERY === YIELD_EVERY - 1) await pause();
          }
          if (first !== undefined && last !== undefined) progress.note(first, last, sink.write(intake.rows()));
        } catch (error) {
          log.error({ err: error, topic, partition: n }, 'records could not be made rows');
          options.onLost(`records of partition ${n} of ${topic} could not be made rows`);
        }
      }),
    onGap: async (first) => {
      // Only the record that the commit was made at has left the log: nothing is missing.
      if (first === intake.applied + 1) {
        proof.waive();
        return true;
      }
      if (options.onGap === 'skip') {
        log.error(
          { topic, partition: n, from: intake.applied + 1, to: first - 1 },
          'records are missing; going on after them',
        );
        await alone(async () => intake.skipTo(first));
        proof.waive();
        return true;
      }
      // The library has committed another position of its own by now.
      if (committed !== undefined) await commit(committed);
      return false;
    },
    release: async (why) => {
      if (released) return;
      released = true;
      clearInterval(keeper);
      await keeping;
      if (why === 'stopping')
        await commitDue().catch((error: unknown) =>
          log.warn({ err: error, topic, partition: n }, 'left without a last commit'),
        );
      await alone(() => Promise.resolve());
    },
    status: () => ({
      topic,
      partition: n,
      applied: intake.applied,
      acknowledged: progress.acknowledged,
      waiting: progress.waiting,
      unreadable: intake.unreadable,
      ...(checkpoints === undefined || last === undefined ? {} : { checkpointAge: now() - pointedAt }),
    }),
  };
};
