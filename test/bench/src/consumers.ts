import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { TOPICS } from '@liveboard/contracts';
import { createKafkaAdmin, type KafkaOptions } from '@liveboard/kafka';
import { connectRedis, createKeys, createRoomStore } from '@liveboard/live-store';
import kafkajs from 'kafkajs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const TICKS_A_SECOND = 100;
const LOOK_MS = 20;
const DEADLINE_MS = 600_000;

/** What a process did with a backlog, from its start on. */
export interface Reading {
  readonly seconds: number;
  /** CPU of the whole process, seconds. */
  readonly cpu: number;
  /** Resident memory at its highest, MiB. */
  readonly rss: number;
}

export interface Place {
  readonly kafka: KafkaOptions;
  readonly redisUrl: string;
  readonly namespace: string;
  readonly partitions: number;
  /** Folder for a CPU profile of the worker. */
  readonly profile?: string | undefined;
}

const usage = (pid: number): Omit<Reading, 'seconds'> => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const high = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return { cpu: (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND, rss: Number(high) / 1_024 };
};

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
  const reading = { seconds, ...usage(child.pid as number) };
  // Not kill -9: a profile is written at the end.
  child.kill('SIGTERM');
  await gone;
  return reading;
};

/** The worker, everything on, in a namespace that no worker has read yet. */
export const measureIngest = async ({ kafka, redisUrl, namespace, partitions, profile }: Place): Promise<Reading> => {
  const admin = createKafkaAdmin(kafka);
  await admin.connect();
  const ends = await admin.bounds(namespace + TOPICS.events.name);
  await admin.disconnect();
  const redis = connectRedis(redisUrl, kafka.log);
  const store = createRoomStore(redis, createKeys(namespace), partitions);
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('LIVEBOARD_'));
  const profiled = profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profile];
  const child = spawn(process.execPath, [...profiled, '--enable-source-maps', 'services/ingest/dist/main.js'], {
    cwd: root,
    stdio: 'ignore',
    env: {
      ...Object.fromEntries(inherited),
      KAFKA_BROKERS: kafka.brokers.join(','),
      REDIS_URL: redisUrl,
      LIVEBOARD_NAMESPACE: namespace,
      LIVEBOARD_PARTITIONS: String(partitions),
      LIVEBOARD_INGEST_TICKS: 'off',
    },
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
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
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
