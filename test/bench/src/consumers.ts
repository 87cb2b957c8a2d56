import { type ChildProcess, spawn } from 'node:child_process';
import { GROUPS, TOPICS } from '@liveboard/contracts';
import { serviceArgs } from '@liveboard/infra/services';
import { createKafkaAdmin } from '@liveboard/kafka';
import { connectRedis, createKeys, createRoomStore } from '@liveboard/live-store';
import kafkajs from 'kafkajs';
import { forgetReading, ingestEnv, type Place, ROOT } from './place.ts';
import { type Usage, usageOf } from './usage.ts';

const LOOK_MS = 20;
const DEADLINE_MS = 600_000;

/** What a process did with a backlog, from its start on. */
export interface Reading extends Usage {
  readonly seconds: number;
}

const until = async (ask: () => Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + DEADLINE_MS;
  while (!(await ask())) {
    if (Date.now() > deadline) throw new Error(`not done after ${DEADLINE_MS / 1_000} s`);
    await new Promise((next) => setTimeout(next, LOOK_MS));
  }
};

const measure = async (child: ChildProcess, isDone: () => Promise<boolean>): Promise<Reading> => {
  const begun = performance.now();
  const gone = new Promise((done) => child.once('exit', done));
  await until(isDone);
  const seconds = (performance.now() - begun) / 1_000;
  const reading = { seconds, ...usageOf(child.pid as number) };
  // Not kill -9: a profile is written at the end.
  child.kill('SIGTERM');
  await gone;
  return reading;
};

/** The worker, everything on, on a log that none has read. `profile`: a folder for a CPU profile of it. */
export const measureIngest = async (place: Place, profile?: string): Promise<Reading> => {
  await forgetReading(place);
  const { kafka, redisUrl, namespace, partitions } = place;
  const admin = createKafkaAdmin(kafka);
  await admin.connect();
  const topic = namespace + TOPICS.events.name;
  const ends = await admin.bounds(topic);
  const committed = await admin.committed(namespace + GROUPS.ingest, topic);
  await admin.disconnect();
  const redis = connectRedis(redisUrl, kafka.log);
  const store = createRoomStore(redis, createKeys(namespace), partitions);
  const { metas: left } = await store.metas();
  if (committed.some(({ offset }) => offset >= 0) || left.some(({ applied }) => applied !== undefined)) {
    redis.disconnect();
    throw new Error('the log was read before: what is measured would be less than all of it');
  }
  const profiled = profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profile];
  const child = spawn(process.execPath, [...profiled, ...serviceArgs('ingest')], {
    cwd: ROOT,
    stdio: 'ignore',
    env: ingestEnv(place),
  });
  try {
    return await measure(child, async () => {
      const { metas } = await store.metas();
      return ends.every(
        ({ partition, end }) => (metas.find((m) => m.partition === partition)?.applied ?? -1) + 1 >= end,
      );
    });
  } finally {
    redis.disconnect();
  }
};

/** A process of its own that runs `readAll`. */
export const measureReader = async ({ kafka, namespace }: Place, kind: 'noop' | 'json'): Promise<Reading> => {
  const args = ['test/bench/dist/main.js', 'reader', kind, kafka.brokers.join(','), namespace + TOPICS.events.name];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  let isDone = false;
  child.stdout?.once('data', () => {
    isDone = true;
  });
  return measure(child, async () => isDone);
};

/** Reads a topic to its end with kafkajs alone: doing nothing with the records, or parsing each as JSON. */
export const readAll = async (kind: string, brokers: readonly string[], topic: string): Promise<void> => {
  const kafka = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic);
  const waiting = new Map(
    ends.filter(({ high }) => high !== '0').map(({ partition, high }) => [partition, Number(high)]),
  );
  const consumer = kafka.consumer({ groupId: `bench.${Date.now()}`, maxBytesPerPartition: 1_048_576 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    partitionsConsumedConcurrently: 64,
    eachBatch: async ({ batch }) => {
      if (kind === 'json')
        for (const { value } of batch.messages) {
          try {
            JSON.parse(value?.toString() ?? 'null');
          } catch {
            // Broken records are part of a backlog.
          }
        }
      if (Number(batch.lastOffset()) + 1 >= (waiting.get(batch.partition) ?? 0)) waiting.delete(batch.partition);
      if (waiting.size === 0) process.stdout.write('done\n');
    },
  });
};
