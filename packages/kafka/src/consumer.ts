import { createKafkaAdmin, type LogBounds } from './admin.ts';
import { createClient, type KafkaOptions } from './client.ts';
import { UnknownCodec } from './codecs.ts';
import { createMembership } from './membership.ts';
import { FETCH_BYTES } from './pieces.ts';
import type { ReadRecord } from './reader.ts';
import { createStickyAssigner } from './sticky-assigner.ts';

/** What a partition's owner does. A rejected `take` is logged, and the same records are read again after a second. */
export interface PartitionOwner {
  /** The next offset it wants; undefined: whatever the log holds first. */
  readonly next: number | undefined;
  /** What resolves once it can take more; undefined while it can. Reading pauses meanwhile, the group is not left. */
  readonly full?: Promise<void> | undefined;
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
  /** Topics with the same number of partitions: a member gets the same partitions of each. */
  readonly topics: readonly [string, ...string[]];
  /** Called for each topic when a partition is assigned; may load state. A rejection fails the consumer. */
  readonly own: (partition: number, topic: string) => Promise<PartitionOwner>;
  /** The consumer cannot go on: the process must end. `halted`: an operator must act first. */
  readonly onFailure: (why: string, halted: boolean) => void;
  /** A partition that does not move for this long although its log is longer is taken for stalled. */
  readonly stallMs?: number;
  /** How often that is looked at, ms. */
  readonly watchMs?: number;
}

export interface PartitionConsumer {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Partitions that it has of every topic. */
  owned(): readonly number[];
  /** Whether the group, asked after this call, still counts this member in and the partition as its own. */
  confirm(partition: number): Promise<boolean>;
  /** Of the first topic, where no other is named. */
  commit(partition: number, offset: number, metadata: string, topic?: string): Promise<void>;
}

const PAUSE_MS = 1_000;
/** So many fetches for each partition must have come without one's records before it is taken for stalled: a loaded machine makes few. */
const STALL_FETCHES = 8;

/** A partition of one of the topics. */
interface Place {
  readonly topic: string;
  readonly partition: number;
}
const keyOf = ({ topic, partition }: Place): string => `${topic}/${partition}`;

/**
 * kafkajs with its traps closed: its own commits are off, positions are gated by the owner's offset, an exception never
 * leaves a handler, a crash or a silent stall ends the process instead of leaving it deaf.
 */
export const createPartitionConsumer = (options: ConsumerOptions): PartitionConsumer => {
  const { groupId, topics, own, onFailure, log, stallMs = 60_000, watchMs = 10_000 } = options;
  const owners = new Map<string, { readonly place: Place; readonly owner: Promise<PartitionOwner> }>();
  const owned = (): readonly number[] =>
    [...new Set([...owners.values()].map(({ place }) => place.partition))].sort((a, b) => a - b);
  const consumer = createClient(options).consumer({
    groupId,
    sessionTimeout: 10_000,
    heartbeatInterval: 2_000,
    maxWaitTimeInMs: 500,
    maxBytesPerPartition: FETCH_BYTES,
    partitionAssigners: [createStickyAssigner(topics, owned)],
  });
  const admin = createKafkaAdmin(options);
  const moved = new Map<string, { offset: number; at: number; fetches: number }>();
  /** Fetches that were answered, and when the last was. */
  let fetches = 0;
  let fetchedAt = Date.now();
  /** The last record that each owner took. */
  const taken = new Map<string, number>();
  /** Where a fetch began above the wanted offset, that offset: fetched once more before it counts as missing. */
  const asked = new Map<string, number>();
  /** Places that are not read because their owner is full. */
  const waiting = new Set<string>();
  let stopped = false;
  let watchdog: NodeJS.Timeout | undefined;

  const seek = (place: Place, offset: number): void => consumer.seek({ ...place, offset: String(offset) });
  const pause = ({ topic, partition }: Place): void => consumer.pause([{ topic, partitions: [partition] }]);
  const resume = ({ topic, partition }: Place): void => {
    if (!stopped) consumer.resume([{ topic, partitions: [partition] }]);
  };
  const move = (place: Place, offset: number): void =>
    void moved.set(keyOf(place), { offset, at: Date.now(), fetches });
  /** The partition does not stall: its owner asked to wait. */
  const rest = (place: Place): void => {
    const held = moved.get(keyOf(place));
    if (held !== undefined) move(place, held.offset);
  };

  const release = async (place: Place, why: 'revoked' | 'stopping'): Promise<void> => {
    const key = keyOf(place);
    const held = owners.get(key);
    owners.delete(key);
    taken.delete(key);
    moved.delete(key);
    asked.delete(key);
    waiting.delete(key);
    await (await held?.owner.catch(() => undefined))?.release(why);
  };

  const boundsOf = async ({ topic, partition }: Place): Promise<LogBounds | undefined> =>
    (await admin.bounds(topic)).find((each) => each.partition === partition);

  const readAgain = (place: Place, offset: number): void => {
    const key = keyOf(place);
    const held = owners.get(key);
    pause(place);
    seek(place, offset);
    setTimeout(() => {
      // Another owner begins to read by itself, once its state is there.
      if (owners.get(key) === held) resume(place);
    }, PAUSE_MS);
  };

  const isStalled = (held: { readonly at: number; readonly fetches: number }): boolean =>
    Date.now() - held.at > stallMs &&
    (fetches - held.fetches >= STALL_FETCHES * owners.size || Date.now() - fetchedAt > stallMs);

  const watch = async (topic: string): Promise<void> => {
    for (const { partition, end } of await admin.bounds(topic)) {
      const key = keyOf({ topic, partition });
      const held = moved.get(key);
      const owner = await owners.get(key)?.owner.catch(() => undefined);
      if (held === undefined || owner === undefined) continue;
      // What it took has failed since.
      if (owner.next !== undefined && owner.next <= (taken.get(key) ?? -1)) {
        taken.delete(key);
        readAgain({ topic, partition }, owner.next);
        continue;
      }
      if (held.offset + 1 >= end || waiting.has(key)) rest({ topic, partition });
      else if (isStalled(held))
        onFailure(
          `partition ${partition} of ${topic} stands at ${held.offset}, its log ends at ${end}; ${fetches - held.fetches} fetches since`,
          false,
        );
    }
  };

  /** Reads on from `offset` once the owner has room: what was fetched is dropped rather than held meanwhile. */
  const readLater = (place: Place, offset: number, owner: object, full: Promise<void>): void => {
    const key = keyOf(place);
    pause(place);
    seek(place, offset);
    waiting.add(key);
    void full.then(async () => {
      // Another owner may have it by now, which reads already.
      if ((await owners.get(key)?.owner.catch(() => undefined)) !== owner) return;
      waiting.delete(key);
      rest(place);
      resume(place);
    });
  };

  const missing = ({ topic, partition }: Place, from: number, to: number): void =>
    onFailure(`records of partition ${partition} from ${from} to ${to - 1} are missing from the log ${topic}`, true);

  /**
   * Nothing is fetched before the owner is there and its position is known to be in the log: kafkajs answers a position
   * outside it by committing another one, over the owner's.
   */
  const load = async (place: Place, isOurs: () => boolean): Promise<PartitionOwner> => {
    const owner = await own(place.partition, place.topic);
    const { next } = owner;
    const { start } = (await boundsOf(place)) ?? { start: 0 };
    // It may have gone to another member meanwhile; then whoever took it away releases it.
    if (!isOurs()) return owner;
    if (next !== undefined && start > next && !(await owner.onGap(start))) {
      missing(place, next, start);
      return owner;
    }
    // The owner's word holds, also over what the group has committed.
    seek(place, owner.next ?? start);
    // From here on the watchdog counts; loading a large state may take its time.
    move(place, (owner.next ?? 0) - 1);
    resume(place);
    return owner;
  };

  const membership = createMembership(consumer, topics[0], (mine) => {
    for (const { place } of [...owners.values()]) if (!mine.has(place.partition)) void release(place, 'revoked');
    for (const place of [...mine].flatMap((partition) => topics.map((topic) => ({ topic, partition })))) {
      const key = keyOf(place);
      if (owners.has(key)) continue;
      pause(place);
      const owner: Promise<PartitionOwner> = load(place, () => owners.get(key)?.owner === owner);
      owners.set(key, { place, owner });
      owner.catch((error: unknown) =>
        onFailure(
          `partition ${place.partition} of ${place.topic} could not be loaded: ${error instanceof Error ? error.message : error}`,
          false,
        ),
      );
    }
  });
  // Records of aborted transactions and their markers are passed over without the handler.
  consumer.on('consumer.end_batch_process', ({ payload: { topic, partition, batchSize, lastOffset } }) => {
    const place = { topic, partition };
    if (batchSize === 0 && owners.has(keyOf(place))) move(place, Number(lastOffset));
  });
  consumer.on('consumer.fetch', () => {
    fetches++;
    fetchedAt = Date.now();
  });
  consumer.on('consumer.crash', ({ payload: { error, restart } }) => {
    if (!restart)
      onFailure(
        `the consumer crashed: ${error.message}`,
        [error, error.cause].some((each) => each instanceof UnknownCodec),
      );
  });

  /** Brings the fetch position to what the owner wants. True: these records may be applied. */
  const isInPlace = async (owner: PartitionOwner, place: Place, first: number): Promise<boolean> => {
    const { next } = owner;
    const key = keyOf(place);
    if (next === undefined || first === next) return true;
    if (first < next || asked.get(key) !== next) {
      asked.set(key, next);
      seek(place, next);
      return false;
    }
    // Asked for `next` and given something later: missing records, or the hole that a transaction's marker leaves.
    const { start } = (await boundsOf(place)) ?? { start: 0 };
    if (start <= next || (await owner.onGap(first))) return true;
    missing(place, next, first);
    return false;
  };

  return {
    start: async () => {
      await admin.connect();
      await consumer.connect();
      await consumer.subscribe({ topics: [...topics], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: 64,
        eachBatch: async ({ batch, heartbeat, isRunning, isStale, resolveOffset }) => {
          const { topic, partition } = batch;
          const place = { topic, partition };
          // kafkajs has this field, its types do not.
          const first = Number((batch as typeof batch & { fetchedOffset: string }).fetchedOffset);
          const beat = setInterval(() => void heartbeat().catch(() => undefined), 2_000);
          try {
            const owner = await owners.get(keyOf(place))?.owner;
            if (owner === undefined || !isRunning() || isStale()) return;
            const { full } = owner;
            if (full !== undefined) return readLater(place, first, owner, full);
            if (!(await isInPlace(owner, place, first))) return;
            const { next = 0 } = owner;
            const records: ReadRecord[] = [];
            for (const { offset: text, timestamp, key, value } of batch.messages) {
              const offset = Number(text);
              if (offset >= next) records.push({ partition, offset, append: Number(timestamp), key, value });
            }
            await owner.take(records, Number(batch.highWatermark));
            taken.set(keyOf(place), records.at(-1)?.offset ?? -1);
            resolveOffset(batch.lastOffset());
            move(place, Number(batch.lastOffset()));
          } catch (error) {
            log.error({ err: error, topic, partition }, 'a batch failed; reading it again');
            readAgain(place, first);
          } finally {
            clearInterval(beat);
          }
        },
      });
      watchdog = setInterval(() => {
        Promise.all(topics.map(watch)).catch((error: unknown) =>
          log.warn({ err: error }, 'the watchdog could not read the log’s end'),
        );
      }, watchMs);
    },
    stop: async () => {
      stopped = true;
      clearInterval(watchdog);
      await Promise.all([...owners.values()].map(({ place }) => release(place, 'stopping')));
      membership.close();
      await consumer.disconnect();
      await admin.disconnect();
    },
    owned,
    confirm: membership.confirm,
    commit: (partition, offset, metadata, topic = topics[0]) =>
      consumer.commitOffsets([{ topic, partition, offset: String(offset), metadata }]),
  };
};
