import { randomUUID } from 'node:crypto';
import { createKafkaAdmin } from './admin.ts';
import { createClient, type KafkaOptions } from './client.ts';
import { createConfirmation } from './confirmation.ts';
import { createKafkaProducer, type OutMessage } from './producer.ts';

/** One record of the log. `append` is its broker time, ms. */
export interface FoldedRecord {
  readonly offset: number;
  readonly append: number;
  readonly value: Buffer | null;
}

export interface FoldedLogOptions<Outcome> extends KafkaOptions {
  readonly namespace: string;
  /** What the throw-away groups of its readers are called. */
  readonly name: string;
  /** A topic of one partition, with its namespace. */
  readonly topic: string;
  /** Takes the next record and says what it did; must not throw. Each record is given once, in the order of the log. */
  readonly fold: (record: FoldedRecord) => Outcome;
  /** Folds no more than so many records before the end that the log has at the start; absent: all of it. */
  readonly last?: number;
  /** How often the log's end is asked for, ms. */
  readonly confirmEveryMs?: number;
  /** How long a writer waits until its own record was read, ms. */
  readonly readBackMs?: number;
  /** Steady clock, ms. */
  readonly steadyNow?: () => number;
}

/** What a whole log comes to, followed as it grows: read from its first record, and written by appending. */
export interface FoldedLog<Outcome> {
  /** Begins to read, again and again where Kafka is away. */
  start(): void;
  /** Resolves once all that the log held when it was first asked for its end was folded, `last` of it where that was given. */
  readonly ready: Promise<void>;
  /** For how long nobody could say that all of the log was folded, ms; undefined before it ever was. */
  unconfirmedMs(): number | undefined;
  /**
   * Appends records together and gives what each came to when it was read back: somebody else's may stand before them. Rejects where they
   * were not acknowledged, or not read back in time; then nothing is known of them.
   */
  append(messages: readonly Pick<OutMessage, 'key' | 'value'>[]): Promise<readonly Outcome[]>;
  stop(): Promise<void>;
}

const CONFIRM_EVERY_MS = 2_000;
const READ_BACK_MS = 10_000;
const AGAIN_MS = 1_000;
const MAX_WAIT_MS = 200;

const said = (error: unknown): unknown => (error instanceof Error ? error.message : error);

export const createFoldedLog = <Outcome>(options: FoldedLogOptions<Outcome>): FoldedLog<Outcome> => {
  const { namespace, name, topic, fold, log, confirmEveryMs = CONFIRM_EVERY_MS, readBackMs = READ_BACK_MS } = options;
  const { last, steadyNow = () => performance.now() } = options;
  const admin = createKafkaAdmin(options);
  const producer = createKafkaProducer(options);
  const confirmation = createConfirmation(steadyNow);
  /** Writers that wait for what stands at an offset, and what was read before its writer knew the offset. */
  const waiting = new Map<number, (outcome: Outcome) => void>();
  const early = new Map<number, Outcome>();
  let appending = 0;
  let next = 0;
  /** Whether it is known where reading begins. */
  let placed = last === undefined;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let connected: Promise<unknown> | undefined;
  let consumer: ReturnType<ReturnType<typeof createClient>['consumer']> | undefined;

  const take = (record: FoldedRecord): void => {
    // A reader that began anew gives again what was folded before.
    if (record.offset < next) return;
    next = record.offset + 1;
    const outcome = fold(record);
    const tell = waiting.get(record.offset);
    if (tell !== undefined) tell(outcome);
    else if (appending > 0) early.set(record.offset, outcome);
  };

  /** What the record at `offset` came to, once it is read. */
  const readBack = (offset: number): Promise<Outcome> => {
    if (early.has(offset)) return Promise.resolve(early.get(offset) as Outcome);
    return new Promise<Outcome>((done, fail) => {
      const late = setTimeout(() => {
        waiting.delete(offset);
        fail(new Error(`record ${offset} of ${topic} was not read back within ${readBackMs} ms`));
      }, readBackMs);
      waiting.set(offset, (outcome) => {
        clearTimeout(late);
        waiting.delete(offset);
        done(outcome);
      });
    });
  };
  const reach = (offset: number): void => {
    next = Math.max(next, offset);
    confirmation.reached(next);
  };

  const later = (work: () => void, ms: number): void => {
    if (!stopped) timer = setTimeout(work, ms);
  };

  const connect = (): Promise<unknown> => {
    connected ??= Promise.all([admin.connect(), producer.connect()]).catch((error: unknown) => {
      connected = undefined;
      throw error;
    });
    return connected;
  };

  const place = async (): Promise<void> => {
    await connect();
    const [bounds] = await admin.bounds(topic);
    if (bounds !== undefined) next = Math.max(bounds.start, bounds.end - (last ?? bounds.end));
    placed = true;
  };

  const read = async (): Promise<void> => {
    if (!placed) await place();
    const made = createClient(options).consumer({
      groupId: `${namespace}liveboard.${name}.${randomUUID()}`,
      maxWaitTimeInMs: MAX_WAIT_MS,
      allowAutoTopicCreation: false,
      retry: { restartOnFailure: () => Promise.resolve(false) },
    });
    consumer = made;
    const crashed = new Promise<never>((_, fail) => made.on('consumer.crash', ({ payload }) => fail(payload.error)));
    crashed.catch(() => undefined);
    await made.connect();
    await made.subscribe({ topics: [topic], fromBeginning: true });
    // Records of aborted transactions and their markers are passed over without the handler.
    made.on('consumer.end_batch_process', ({ payload: { batchSize, lastOffset } }) => {
      if (batchSize === 0) reach(Number(lastOffset) + 1);
    });
    await made.run({
      autoCommit: false,
      eachBatch: async ({ batch }) => {
        for (const { offset, timestamp, value } of batch.messages)
          take({ offset: Number(offset), append: Number(timestamp), value });
        reach(Number(batch.lastOffset()) + 1);
      },
    });
    made.seek({ topic, partition: 0, offset: String(next) });
    await crashed;
  };

  /** Reads for as long as the process lives; a consumer that crashed is replaced by another. */
  const follow = async (): Promise<void> => {
    while (!stopped) {
      try {
        await read();
      } catch (error) {
        if (stopped) return;
        log.warn({ err: said(error), topic }, 'the log cannot be read; trying again');
      }
      await consumer?.disconnect().catch(() => undefined);
      if (!stopped) await new Promise((done) => setTimeout(done, AGAIN_MS));
    }
  };

  const confirm = async (): Promise<void> => {
    const askedAt = steadyNow();
    try {
      await connect();
      const [bounds] = placed ? await admin.bounds(topic) : [];
      if (bounds !== undefined && bounds.end < next)
        // Nothing that stands in it now is known: it is never confirmed again, and somebody must start this process anew.
        log.error({ topic, ...bounds, next }, 'the log is shorter than what was read of it: it was made anew');
      else if (bounds !== undefined) {
        if (bounds.start > next) {
          log.warn({ topic, ...bounds, next }, 'records were removed from the log before they were read');
          reach(bounds.start);
        }
        confirmation.ends(bounds.end, askedAt);
        confirmation.reached(next);
      }
    } catch (error) {
      if (!stopped) log.warn({ err: said(error), topic }, 'the end of the log is not known');
    }
    later(() => void confirm(), confirmEveryMs);
  };

  return {
    start: () => {
      void follow();
      void confirm();
    },
    ready: confirmation.first,
    unconfirmedMs: confirmation.age,
    append: async (messages) => {
      appending++;
      try {
        await connect();
        const [placed] = await producer.send(
          topic,
          messages.map((message) => ({ ...message, partition: 0 })),
        );
        if (placed === undefined || placed.baseOffset < 0) throw new Error(`${topic}: the broker names no offset`);
        return await Promise.all(messages.map((_, i) => readBack(placed.baseOffset + i)));
      } finally {
        appending--;
        if (appending === 0) early.clear();
      }
    },
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await consumer?.disconnect();
      if (connected !== undefined) await Promise.all([admin.disconnect(), producer.disconnect()]);
    },
  };
};
