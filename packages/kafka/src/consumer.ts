import { createKafkaAdmin, type LogBounds } from './admin.ts';
import { createClient, type KafkaOptions } from './client.ts';
import { UnknownCodec } from './codecs.ts';
import { createMembership } from './membership.ts';
import type { ReadRecord } from './reader.ts';
import { createStickyAssigner } from './sticky-assigner.ts';

/** What a partition's owner does. A rejected `take` is logged, and the same records are read again after a second. */
export interface PartitionOwner {
  /** The next offset it wants; undefined: whatever the log holds first. */
  readonly next: number | undefined;
  /** Applies records, `offset >= next`, in order. `end`: where the log ended when they were fetched. */
  take(records: readonly ReadRecord[], end: number): Promise<void>;
  /**
   * Records between `next` and `first` are no longer in the log. Resolves to true where the owner goes on at `first`,
   * to false where it must not.
   */
  onGap(first: number): Promise<boolean>;
  /** Lets go of the partition: `revoked`, it went to another member; `stopping`, this one leaves the group. */
  release(why: 'revoked' | 'stopping'): Promise<void>;
}

export interface ConsumerOptions extends KafkaOptions {
  readonly groupId: string;
  readonly topic: string;
  /** Called when a partition is assigned; may load state. A rejection fails the consumer. */
  readonly own: (partition: number) => Promise<PartitionOwner>;
  /** The consumer cannot go on: the process must end. `halted`: an operator must act first. */
  readonly onFailure: (why: string, halted: boolean) => void;
  /** A partition that does not move for this long although its log is longer is taken for stalled. */
  readonly stallMs?: number;
}

export interface PartitionConsumer {
  start(): Promise<void>;
  stop(): Promise<void>;
  owned(): readonly number[];
  /** Whether the group, asked after this call, still counts this member in and the partition as its own. */
  confirm(partition: number): Promise<boolean>;
  commit(partition: number, offset: number, metadata: string): Promise<void>;
}

const PAUSE_MS = 1_000;

/**
 * kafkajs with its traps closed: its own commits are off, positions are gated by the owner's offset, an exception never
 * leaves a handler, a crash or a silent stall ends the process instead of leaving it deaf.
 */
export const createPartitionConsumer = (options: ConsumerOptions): PartitionConsumer => {
  const { groupId, topic, own, onFailure, log, stallMs = 60_000 } = options;
  const owners = new Map<number, Promise<PartitionOwner>>();
  const owned = (): readonly number[] => [...owners.keys()].sort((a, b) => a - b);
  const consumer = createClient(options).consumer({
    groupId,
    sessionTimeout: 10_000,
    heartbeatInterval: 2_000,
    maxWaitTimeInMs: 500,
    maxBytesPerPartition: 1_048_576,
    partitionAssigners: [createStickyAssigner(topic, owned)],
  });
  const admin = createKafkaAdmin(options);
  const moved = new Map<number, { offset: number; at: number }>();
  /** Where a fetch began above the wanted offset, that offset: fetched once more before it counts as missing. */
  const asked = new Map<number, number>();
  let stopped = false;
  let watchdog: NodeJS.Timeout | undefined;

  const seek = (partition: number, offset: number): void => consumer.seek({ topic, partition, offset: String(offset) });

  const release = async (partition: number, why: 'revoked' | 'stopping'): Promise<void> => {
    const owner = owners.get(partition);
    owners.delete(partition);
    moved.delete(partition);
    asked.delete(partition);
    await (await owner?.catch(() => undefined))?.release(why);
  };

  const boundsOf = async (partition: number): Promise<LogBounds | undefined> =>
    (await admin.bounds(topic)).find((each) => each.partition === partition);

  const watch = async (): Promise<void> => {
    for (const { partition, end } of await admin.bounds(topic)) {
      const held = moved.get(partition);
      if (held === undefined || !owners.has(partition)) continue;
      if (held.offset + 1 >= end) held.at = Date.now();
      else if (Date.now() - held.at > stallMs)
        onFailure(`partition ${partition} stands at ${held.offset}, its log ends at ${end}`, false);
    }
  };

  const readAgain = (partition: number, offset: number): void => {
    consumer.pause([{ topic, partitions: [partition] }]);
    seek(partition, offset);
    setTimeout(() => {
      if (!stopped) consumer.resume([{ topic, partitions: [partition] }]);
    }, PAUSE_MS);
  };

  const missing = (partition: number, from: number, to: number): void =>
    onFailure(`records of partition ${partition} from ${from} to ${to - 1} are missing from the log`, true);

  /**
   * Nothing is fetched before the owner is there and its position is known to be in the log: kafkajs answers a position
   * outside it by committing another one, over the owner's.
   */
  const load = async (partition: number, isOurs: () => boolean): Promise<PartitionOwner> => {
    const owner = await own(partition);
    const { next } = owner;
    const { start } = (await boundsOf(partition)) ?? { start: 0 };
    // It may have gone to another member meanwhile; then whoever took it away releases it.
    if (!isOurs()) return owner;
    if (next !== undefined && start > next && !(await owner.onGap(start))) {
      missing(partition, next, start);
      return owner;
    }
    // The owner's word holds, also over what the group has committed.
    seek(partition, owner.next ?? start);
    // From here on the watchdog counts; loading a large state may take its time.
    moved.set(partition, { offset: (owner.next ?? 0) - 1, at: Date.now() });
    consumer.resume([{ topic, partitions: [partition] }]);
    return owner;
  };

  const membership = createMembership(consumer, topic, (mine) => {
    for (const partition of owned()) if (!mine.has(partition)) void release(partition, 'revoked');
    for (const partition of mine) {
      if (owners.has(partition)) continue;
      consumer.pause([{ topic, partitions: [partition] }]);
      const owner: Promise<PartitionOwner> = load(partition, () => owners.get(partition) === owner);
      owners.set(partition, owner);
      owner.catch((error: unknown) =>
        onFailure(
          `partition ${partition} could not be loaded: ${error instanceof Error ? error.message : error}`,
          false,
        ),
      );
    }
  });
  // Records of aborted transactions and their markers are passed over without the handler.
  consumer.on('consumer.end_batch_process', ({ payload: { partition, batchSize, lastOffset } }) => {
    if (batchSize === 0 && owners.has(partition)) moved.set(partition, { offset: Number(lastOffset), at: Date.now() });
  });
  consumer.on('consumer.crash', ({ payload: { error, restart } }) => {
    if (!restart)
      onFailure(
        `the consumer crashed: ${error.message}`,
        [error, error.cause].some((each) => each instanceof UnknownCodec),
      );
  });

  /** Brings the fetch position to what the owner wants. True: these records may be applied. */
  const isInPlace = async (owner: PartitionOwner, partition: number, first: number): Promise<boolean> => {
    const { next } = owner;
    if (next === undefined || first === next) return true;
    if (first < next || asked.get(partition) !== next) {
      asked.set(partition, next);
      seek(partition, next);
      return false;
    }
    // Asked for `next` and given something later: missing records, or the hole that a transaction's marker leaves.
    const { start } = (await boundsOf(partition)) ?? { start: 0 };
    if (start <= next || (await owner.onGap(first))) return true;
    missing(partition, next, first);
    return false;
  };

  return {
    start: async () => {
      await admin.connect();
      await consumer.connect();
      await consumer.subscribe({ topics: [topic], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: 64,
        eachBatch: async ({ batch, heartbeat, isRunning, isStale, resolveOffset }) => {
          const { partition } = batch;
          // kafkajs has this field, its types do not.
          const first = Number((batch as typeof batch & { fetchedOffset: string }).fetchedOffset);
          const beat = setInterval(() => void heartbeat().catch(() => undefined), 2_000);
          try {
            const owner = await owners.get(partition);
            if (owner === undefined || !isRunning() || isStale()) return;
            if (!(await isInPlace(owner, partition, first))) return;
            const { next = 0 } = owner;
            const records: ReadRecord[] = [];
            for (const { offset: place, timestamp, key, value } of batch.messages) {
              const offset = Number(place);
              if (offset >= next) records.push({ partition, offset, append: Number(timestamp), key, value });
            }
            await owner.take(records, Number(batch.highWatermark));
            resolveOffset(batch.lastOffset());
            moved.set(partition, { offset: Number(batch.lastOffset()), at: Date.now() });
          } catch (error) {
            log.error({ err: error, partition }, 'a batch failed; reading it again');
            readAgain(partition, first);
          } finally {
            clearInterval(beat);
          }
        },
      });
      watchdog = setInterval(() => {
        watch().catch((error: unknown) => log.warn({ err: error }, 'the watchdog could not read the log’s end'));
      }, 10_000);
    },
    stop: async () => {
      stopped = true;
      clearInterval(watchdog);
      await Promise.all(owned().map((partition) => release(partition, 'stopping')));
      membership.close();
      await consumer.disconnect();
      await admin.disconnect();
    },
    owned,
    confirm: membership.confirm,
    commit: (partition, offset, metadata) =>
      consumer.commitOffsets([{ topic, partition, offset: String(offset), metadata }]),
  };
};
