import { type QuarantineRecord, TOPICS } from '@liveboard/contracts';
import type { KafkaProducer, OutMessage, PartitionOwner, ReadRecord } from '@liveboard/kafka';
import type { Flush, PartitionWriter } from '@liveboard/live-store';
import type { Log } from '@liveboard/runtime';
import type { Drain, Outcome, Partition } from '@liveboard/windows';
import type { CheckpointStore, Pointer } from './checkpoint.ts';
import { createPublisher } from './publish.ts';

const YIELD_EVERY = 500;
const ROOMS_A_REWRITE = 200;
const QUARANTINED_BYTES = 65_536;

export interface RunnerOptions {
  readonly n: number;
  readonly generation: number;
  readonly namespace: string;
  readonly group: string;
  readonly partition: Partition;
  readonly writer: PartitionWriter;
  readonly producer: KafkaProducer;
  readonly checkpoints: CheckpointStore;
  readonly commit: (offset: number, metadata: string) => Promise<void>;
  readonly onFenced: () => void;
  readonly log: Log;
  readonly flushMs: number;
  readonly checkpointMs: number;
  /** How the state came to be: its checkpoint is not written again where nothing happened since. */
  readonly from?: Pointer;
}

/** What an operator may ask of a partition. */
export interface RunnerStatus {
  readonly partition: number;
  readonly applied: number;
  readonly checkpointAt: number;
  readonly isPublished: boolean;
}

export type Runner = PartitionOwner & { status(): RunnerStatus };

const pause = (): Promise<void> => new Promise((next) => setImmediate(next));

/** Owns one partition: applies its records, tells Redis and `live.minutes`, and keeps checkpoints. */
export const createRunner = (options: RunnerOptions): Runner => {
  const { n, partition, writer, producer, checkpoints, generation, namespace, log } = options;
  const publish = createPublisher(generation, Date.now);
  const topic = (name: keyof typeof TOPICS): string => namespace + TOPICS[name].name;
  let lastAppend = options.from?.a ?? 0;
  let checkpointed = options.from?.l ?? -1;
  let checkpointAt = Date.now();
  let fence: number | undefined;
  /** What Redis holds by our last word; undefined: nothing. */
  let stored: number | undefined;
  let rewrite = true;
  let unanswered: Flush[] = [];
  let released = false;
  /** Output of applied records that Kafka has not acknowledged. */
  const output = new Set<Promise<unknown>>();
  let outputFailed = false;
  let chain: Promise<unknown> = Promise.resolve();

  /** One thing at a time: a batch, a flush or a checkpoint's copy. */
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const result = chain.then(work);
    chain = result.catch(() => undefined);
    return result;
  };

  const send = (name: keyof typeof TOPICS, messages: readonly OutMessage[]): void => {
    if (messages.length === 0) return;
    const sent = producer.send(topic(name), messages);
    const known = sent.catch((error: unknown) => {
      // The next checkpoint must not claim what was not written: the process starts again from the last one.
      outputFailed = true;
      log.error({ err: error, topic: topic(name) }, 'output was not acknowledged');
    });
    output.add(known);
    void known.then(() => output.delete(known));
  };

  const settle = (
    outcome: Outcome,
    { offset, append, key, value }: ReadRecord,
    messages: Map<'quarantine' | 'events', OutMessage[]>,
  ): void => {
    const add = (name: 'quarantine' | 'events', message: OutMessage): void => {
      const held = messages.get(name);
      if (held === undefined) messages.set(name, [message]);
      else held.push(message);
    };
    if (outcome.kind === 'forwarded')
      add('events', {
        key: key?.toString() ?? outcome.room_id,
        value,
        partition: outcome.to,
        headers: { forwarded: `${n}:${offset}` },
      });
    if (outcome.kind !== 'quarantined') return;
    const record: QuarantineRecord = {
      reason: outcome.reason,
      detail: outcome.detail,
      generation,
      partition: n,
      offset,
      append,
      bytes_b64: value?.subarray(0, QUARANTINED_BYTES).toString('base64') ?? '',
      size: value?.length ?? 0,
    };
    add('quarantine', {
      key: `${generation}:${n}:${offset}`,
      value: Buffer.from(JSON.stringify(record)),
      partition: n,
    });
  };

  const take = (records: readonly ReadRecord[]): Promise<void> =>
    alone(async () => {
      const messages = new Map<'quarantine' | 'events', OutMessage[]>();
      for (let i = 0; i < records.length; i++) {
        const record = records[i] as ReadRecord;
        if (record.offset <= partition.applied) continue;
        settle(partition.apply(record), record, messages);
        lastAppend = record.append;
        if (i % YIELD_EVERY === YIELD_EVERY - 1) await pause();
      }
      for (const [name, list] of messages) send(name, list);
    });

  const sayMinutes = ({ records }: Drain): void =>
    send(
      'minutes',
      records.map((record) => ({
        key: record.kind === 'room' ? record.info.room_id : record.room_id,
        value: Buffer.from(JSON.stringify(record)),
        partition: n,
      })),
    );

  const flushOf = (drain: Drain, expected: number | undefined): Flush => ({
    expected,
    next: drain.applied,
    streamTime: drain.streamTime,
    ledger: drain.ledger,
    rooms: drain.rooms.map(publish),
  });

  /** All rooms in slices; positions below zero mark a rewrite that is not complete. */
  const rewriteOf = (drain: Drain, expected: number | undefined): Flush[] => {
    const whole = flushOf(drain, expected);
    const flushes: Flush[] = [];
    let at = expected;
    for (let i = 0; i === 0 || i < whole.rooms.length; i += ROOMS_A_REWRITE) {
      const isLast = i + ROOMS_A_REWRITE >= whole.rooms.length;
      const next = isLast ? whole.next : -2 - flushes.length;
      flushes.push({ ...whole, expected: at, next, rooms: whole.rooms.slice(i, i + ROOMS_A_REWRITE) });
      at = next;
    }
    return flushes;
  };

  const claim = async (): Promise<boolean> => {
    const claimed = await writer.claim();
    if (claimed.kind === 'fenced') {
      options.onFenced();
      return false;
    }
    fence = claimed.fence;
    stored = claimed.applied;
    rewrite = true;
    unanswered = [];
    return true;
  };

  const deliver = async (): Promise<void> => {
    while (unanswered.length > 0 && fence !== undefined) {
      const flush = unanswered[0] as Flush;
      const answer = await writer.flush(fence, flush);
      if (answer.kind === 'ok') {
        unanswered.shift();
        stored = flush.next;
        continue;
      }
      if (answer.kind === 'fenced') {
        options.onFenced();
        return;
      }
      log.warn(
        { partition: n, expected: flush.expected, applied: answer.applied },
        'Redis stands elsewhere; writing all again',
      );
      await claim();
      return;
    }
  };

  const flush = (): Promise<void> =>
    alone(async () => {
      if (released || partition.applied < 0) return;
      try {
        if (fence === undefined && !(await claim())) return;
        await deliver();
        if (unanswered.length > 0) return;
        // Redis may be ahead of a restored state: nothing is said before the log was read that far again.
        if (stored !== undefined && stored > partition.applied) return;
        if (!rewrite && !partition.dirty) return;
        const drain = partition.drain(rewrite ? partition.rooms() : []);
        sayMinutes(drain);
        unanswered = rewrite ? rewriteOf(drain, stored) : [flushOf(drain, stored)];
        rewrite = false;
        await deliver();
      } catch (error) {
        log.warn(
          { partition: n, err: error instanceof Error ? error.message : error },
          'Redis did not take a flush; trying again',
        );
      }
    });

  const copy = (): Promise<{ bytes: Buffer; last: number; append: number }> =>
    alone(async () => {
      // What changed since the last flush goes to Kafka before the state that has forgotten it.
      const drain = partition.drain();
      sayMinutes(drain);
      if (drain.rooms.length > 0) {
        if (fence !== undefined && !rewrite && unanswered.length === 0 && (stored ?? -1) <= partition.applied)
          unanswered = [flushOf(drain, stored)];
        else rewrite = true;
      }
      const pieces: Uint8Array[] = [];
      for (const piece of partition.encode()) {
        pieces.push(piece);
        await pause();
      }
      return { bytes: Buffer.concat(pieces), last: partition.applied, append: lastAppend };
    });

  const checkpoint = async (): Promise<void> => {
    if (partition.applied < 0 || partition.applied === checkpointed) return;
    const state = await copy();
    await Promise.all(output);
    if (outputFailed) throw new Error('output before the checkpoint was lost');
    const pointer = await checkpoints.save(n, options.group, state);
    await options.commit(state.last + 1, JSON.stringify(pointer));
    checkpointed = state.last;
    checkpointAt = Date.now();
  };

  const flusher = setInterval(() => void flush(), options.flushMs);
  let writing = false;
  const keeper = setInterval(
    () => {
      if (writing) return;
      writing = true;
      checkpoint()
        .catch((error: unknown) => log.error({ err: error, partition: n }, 'a checkpoint failed'))
        .finally(() => {
          writing = false;
        });
    },
    // Staggered, so that partitions do not encode in the same moment.
    options.checkpointMs + (n % 8) * Math.floor(options.checkpointMs / 40),
  );

  return {
    get next() {
      return partition.applied < 0 ? undefined : partition.applied + 1;
    },
    take,
    release: async () => {
      if (released) return;
      clearInterval(flusher);
      clearInterval(keeper);
      await flush();
      await checkpoint().catch((error: unknown) =>
        log.warn({ err: error, partition: n }, 'left without a last checkpoint'),
      );
      released = true;
    },
    status: () => ({
      partition: n,
      applied: partition.applied,
      checkpointAt,
      isPublished: !rewrite && unanswered.length === 0,
    }),
  };
};
