import { createKafkaAdmin } from './admin.ts';
import { createClient, type KafkaOptions } from './client.ts';
import type { ReadRecord } from './reader.ts';

/** What a partition's owner does. Handlers may reject: the partition is then paused for a second and read again. */
export interface PartitionOwner {
  /** The next offset it wants; undefined: whatever the log holds first. */
  readonly next: number | undefined;
  /** Applies records, `offset >= next`, in order. */
  take(records: readonly ReadRecord[]): Promise<void>;
  /** Lets go of the partition: it went to another member, or the consumer stops. */
  release(): Promise<void>;
}

export interface ConsumerOptions extends KafkaOptions {
  readonly groupId: string;
  readonly topic: string;
  /** Called when a partition is assigned; may load state. */
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
  commit(partition: number, offset: number, metadata: string): Promise<void>;
}

const PAUSE_MS = 1_000;

/**
 * kafkajs with its traps closed: its own commits are off, positions are gated by the owner's offset, an exception never
 * leaves a handler, a crash or a silent stall ends the process instead of leaving it deaf.
 */
export const createPartitionConsumer = (options: ConsumerOptions): PartitionConsumer => {
  const { groupId, topic, own, onFailure, log, stallMs = 60_000 } = options;
  const consumer = createClient(options).consumer({
    groupId,
    sessionTimeout: 10_000,
    heartbeatInterval: 2_000,
    maxWaitTimeInMs: 500,
    maxBytesPerPartition: 1_048_576,
  });
  const admin = createKafkaAdmin(options);
  const owners = new Map<number, Promise<PartitionOwner>>();
  const moved = new Map<number, { offset: number; at: number }>();
  let stopped = false;
  let watchdog: NodeJS.Timeout | undefined;

  const release = async (partition: number): Promise<void> => {
    const owner = owners.get(partition);
    owners.delete(partition);
    moved.delete(partition);
    await (await owner?.catch(() => undefined))?.release();
  };

  const isGap = async (partition: number, expected: number): Promise<boolean> => {
    const held = (await admin.bounds(topic)).find((each) => each.partition === partition);
    return held !== undefined && held.start > expected;
  };

  const watch = async (): Promise<void> => {
    const bounds = await admin.bounds(topic);
    for (const { partition, end } of bounds) {
      const held = moved.get(partition);
      if (held === undefined || held.offset + 1 >= end) {
        if (held !== undefined) held.at = Date.now();
        continue;
      }
      if (Date.now() - held.at > stallMs)
        onFailure(`partition ${partition} stands at ${held.offset}, its log ends at ${end}`, false);
    }
  };

  const pause = (partition: number, offset: number): void => {
    consumer.pause([{ topic, partitions: [partition] }]);
    consumer.seek({ topic, partition, offset: String(offset) });
    setTimeout(() => {
      if (!stopped) consumer.resume([{ topic, partitions: [partition] }]);
    }, PAUSE_MS);
  };

  consumer.on('consumer.group_join', ({ payload }) => {
    const mine = new Set(payload.memberAssignment[topic] ?? []);
    for (const partition of owners.keys()) if (!mine.has(partition)) void release(partition);
    for (const partition of mine) {
      if (owners.has(partition)) continue;
      const owner = own(partition);
      owners.set(partition, owner);
      moved.set(partition, { offset: -1, at: Date.now() });
      owner.catch((error: unknown) => onFailure(`partition ${partition} could not be loaded: ${String(error)}`, false));
    }
  });
  consumer.on('consumer.crash', ({ payload: { error, restart } }) => {
    if (!restart) onFailure(`the consumer crashed: ${error.message}`, error.name === 'KafkaJSNotImplemented');
  });

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
            const { next } = owner;
            if (next !== undefined && first < next) {
              consumer.seek({ topic, partition, offset: String(next) });
              return;
            }
            if (next !== undefined && first > next && (await isGap(partition, next))) {
              onFailure(`records of partition ${partition} from ${next} on are missing from the log`, true);
              return;
            }
            const records = batch.messages.map(({ offset, timestamp, key, value }) => ({
              partition,
              offset: Number(offset),
              append: Number(timestamp),
              key,
              value,
            }));
            await owner.take(next === undefined ? records : records.filter(({ offset }) => offset >= next));
            resolveOffset(batch.lastOffset());
            moved.set(partition, { offset: Number(batch.lastOffset()), at: Date.now() });
          } catch (error) {
            log.error({ err: error, partition }, 'a batch failed; reading it again');
            pause(partition, first);
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
      await Promise.all([...owners.keys()].map(release));
      await consumer.disconnect();
      await admin.disconnect();
    },
    owned: () => [...owners.keys()].sort((a, b) => a - b),
    commit: (partition, offset, metadata) =>
      consumer.commitOffsets([{ topic, partition, offset: String(offset), metadata }]),
  };
};
