import type { QuarantineRecord } from '@liveboard/contracts';
import {
  type CheckpointStore,
  createProof,
  type OutMessage,
  type PartitionOwner,
  type Pointer,
  type StateBytes,
} from '@liveboard/kafka';
import type { Log } from '@liveboard/runtime';
import type { Drain, LogSlice, Outcome, Partition } from '@liveboard/windows';
import { type Batch, readSlice } from './batch.ts';
import type { Outputs } from './outputs.ts';
import type { Publication } from './publication.ts';

const YIELD_EVERY = 500;
const QUARANTINED_BYTES = 65_536;
/** So many records behind the log's end boards show the past anyhow: they are told of it less often. */
const BEHIND = 10_000;
const BEHIND_FLUSH_MS = 1_000;
/** After a flush its partition's next one waits as long as that took, so that a loaded loop still reads, but no longer than this. */
const LONGEST_REST_MS = 1_000;

export interface RunnerOptions {
  readonly n: number;
  readonly generation: number;
  readonly partition: Partition;
  readonly publication: Publication;
  readonly outputs: Outputs;
  readonly checkpoints: CheckpointStore;
  readonly commit: (offset: number, metadata: string) => Promise<void>;
  /** The log is not the one that the checkpoint was made of. */
  readonly onOtherLog: (why: string) => void;
  readonly onGap: 'halt' | 'skip';
  readonly log: Log;
  readonly flushMs: number;
  readonly checkpointMs: number;
  /** Observes the making of a checkpoint. */
  readonly observe: <T>(checkpoint: () => Promise<T>) => Promise<T>;
  /** The last record that Redis was told of. */
  readonly told?: { readonly offset: number; readonly append: number } | undefined;
  /** The checkpoint that the state was loaded from. */
  readonly from?: Pointer | undefined;
}

/** What an operator may ask of a partition. */
export interface RunnerStatus {
  readonly partition: number;
  readonly applied: number;
  readonly streamTime: number | undefined;
  readonly ledger: Partition['ledger'];
  /** ms since the last checkpoint. */
  readonly checkpointAge: number;
  readonly isPublished: boolean;
}

/** A `PartitionOwner` that takes its records packed. */
export type Runner = Pick<PartitionOwner, 'next' | 'onGap' | 'release'> & {
  take(batch: Batch, end: number): Promise<void>;
  status(): RunnerStatus;
};

const pause = (): Promise<void> => new Promise((next) => setImmediate(next));

const quarantineRecord = (
  { reason, detail }: Extract<Outcome, { kind: 'quarantined' }>,
  generation: number,
  partition: number,
  { offset, append }: Readonly<LogSlice>,
  value: Buffer | null,
): OutMessage => {
  const record: QuarantineRecord = {
    reason,
    detail,
    generation,
    partition,
    offset,
    append,
    bytes_b64: value?.subarray(0, QUARANTINED_BYTES).toString('base64') ?? '',
    size: value?.length ?? 0,
  };
  return { key: `${generation}:${partition}:${offset}`, value: Buffer.from(JSON.stringify(record)), partition };
};

/** Owns one partition: applies its records, tells Redis and `live.minutes`, and keeps checkpoints. */
export const createRunner = (options: RunnerOptions): Runner => {
  const { n, partition, publication, outputs, checkpoints, generation, log, told } = options;
  let pointer = options.from;
  let lastAppend = pointer?.a ?? 0;
  let checkpointAt = Date.now();
  /** A loaded state is believed once the log still holds the record it was made at. */
  const proof = createProof(n, pointer);
  let leaving = false;
  let released = false;
  let logEnd = 0;
  let flushedAt = 0;
  let chain: Promise<unknown> = Promise.resolve();

  /** One thing at a time: a batch, a flush or a checkpoint's copy. */
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const result = chain.then(work);
    chain = result.catch(() => undefined);
    return result;
  };

  const applyAll = async (batch: Batch, quarantine: OutMessage[], forward: OutMessage[]): Promise<void> => {
    const slice: LogSlice = { offset: -1, append: 0, bytes: batch.bytes, start: 0, end: 0 };
    for (let i = 0; i < batch.offsets.length; i++) {
      const hasValue = readSlice(batch, i, slice);
      const { offset, append, bytes, start, end } = slice;
      if (offset === told?.offset && append !== told.append) {
        options.onOtherLog(
          `partition ${n}: Redis was told of record ${offset}, appended at ${told.append}; the log has one appended at ${append}`,
        );
        throw new Error('another log');
      }
      if (offset > partition.applied) {
        lastAppend = append;
        const outcome = hasValue ? partition.applySlice(slice) : partition.apply({ offset, append, value: null });
        if (outcome.kind === 'quarantined' || outcome.kind === 'forwarded') {
          const value = hasValue ? Buffer.from(bytes.buffer, start, end - start) : null;
          if (outcome.kind === 'quarantined') quarantine.push(quarantineRecord(outcome, generation, n, slice, value));
          else
            forward.push({
              key: outcome.room_id,
              value,
              partition: outcome.to,
              headers: { forwarded: `${n}:${offset}` },
            });
        }
      }
      if (i % YIELD_EVERY === YIELD_EVERY - 1) await pause();
    }
  };

  const take = (batch: Batch, end: number): Promise<void> =>
    alone(async () => {
      logEnd = end;
      const [offset, append] = [batch.offsets[0], batch.appends[0]];
      const differs = proof.look(offset === undefined || append === undefined ? undefined : { offset, append });
      if (differs !== undefined) return options.onOtherLog(differs);
      await outputs.room();
      const quarantine: OutMessage[] = [];
      const forward: OutMessage[] = [];
      try {
        await applyAll(batch, quarantine, forward);
      } finally {
        // What was applied is not applied again, whatever came after it.
        outputs.send('quarantine', quarantine);
        outputs.send('events', forward);
      }
    });

  const sayMinutes = (drain: Drain | undefined): void => {
    const messages = drain?.records.map((record) => ({
      key: record.kind === 'room' ? record.info.room_id : record.room_id,
      value: Buffer.from(JSON.stringify(record)),
      partition: n,
    }));
    outputs.send('minutes', messages ?? []);
  };

  const flush = async (): Promise<void> => {
    if (!released && proof.given && partition.applied >= 0) sayMinutes(await publication.flush());
  };

  const copy = (): Promise<StateBytes> =>
    alone(async () => {
      // What changed since the last flush goes to Kafka before the state that has forgotten it.
      await flush();
      if (partition.dirty) sayMinutes(partition.drain());
      const pieces: Uint8Array[] = [];
      for (const piece of partition.encode()) {
        pieces.push(piece);
        await pause();
      }
      return { pieces, last: partition.applied, append: lastAppend };
    });

  const commit = (to: Pointer): Promise<void> => options.commit(to.l + 1, JSON.stringify(to));

  const checkpoint = async (): Promise<void> => {
    if (!proof.given || partition.applied < 0 || partition.applied === pointer?.l) return;
    const state = await copy();
    await outputs.settled();
    const saved = await checkpoints.save(n, state);
    await commit(saved);
    pointer = saved;
    checkpointAt = Date.now();
  };

  const flushIfDue = async (): Promise<void> => {
    const isBehind = logEnd - partition.applied > BEHIND;
    if (isBehind && Date.now() - flushedAt < BEHIND_FLUSH_MS) return;
    flushedAt = Date.now();
    await flush();
  };
  let flusher: NodeJS.Timeout | undefined;
  const flushAfter = (ms: number): void => {
    flusher = setTimeout(async () => {
      let took = 0;
      await alone(async () => {
        const begun = performance.now();
        await flushIfDue();
        took = performance.now() - begun;
      });
      const rest = Math.min(took, LONGEST_REST_MS);
      if (!leaving) flushAfter(Math.max(options.flushMs - took, rest));
    }, ms);
  };
  flushAfter(options.flushMs);
  let writing: Promise<void> | undefined;
  const keep = (): Promise<void> => {
    writing ??= options.observe(checkpoint).finally(() => {
      writing = undefined;
    });
    return writing;
  };
  const keeper = setInterval(
    () => void keep().catch((error: unknown) => log.error({ err: error, partition: n }, 'a checkpoint failed')),
    // Staggered, so that partitions do not encode in the same moment.
    options.checkpointMs + (n % 8) * Math.floor(options.checkpointMs / 40),
  );

  return {
    get next() {
      if (partition.applied < 0) return undefined;
      return proof.given ? partition.applied + 1 : partition.applied;
    },
    take,
    onGap: async (first) => {
      // Only the record that the checkpoint was made at has left the log: nothing is missing.
      if (first === partition.applied + 1) {
        proof.waive();
        return true;
      }
      if (options.onGap === 'skip') {
        log.error(
          { partition: n, from: partition.applied + 1, to: first - 1 },
          'records are missing; going on after them',
        );
        await alone(async () => partition.skipTo(first));
        proof.waive();
        return true;
      }
      // The library has committed another position of its own by now.
      if (pointer !== undefined) await commit(pointer);
      return false;
    },
    release: async (why) => {
      if (released) return;
      leaving = true;
      clearTimeout(flusher);
      clearInterval(keeper);
      if (why === 'stopping') {
        await writing?.catch(() => undefined);
        await checkpoint().catch((error: unknown) =>
          log.warn({ err: error, partition: n }, 'left without a last checkpoint'),
        );
      }
      released = true;
      await alone(() => Promise.resolve());
    },
    status: () => ({
      partition: n,
      applied: partition.applied,
      streamTime: partition.streamTime,
      ledger: partition.ledger,
      checkpointAge: Date.now() - checkpointAt,
      isPublished: publication.isCurrent,
    }),
  };
};
