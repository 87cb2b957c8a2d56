import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { TOPICS } from '@liveboard/contracts';
import { freePort, until } from '@liveboard/infra/ports';
import { serviceArgs } from '@liveboard/infra/services';
import { createKafkaAdmin, createKafkaProducer, type KafkaOptions } from '@liveboard/kafka';
import { ingestEnv, type Place, ROOT } from './place.ts';
import { startProducer } from './producer.ts';
import { figureOf, machineOf, type Report } from './report.ts';
import { usageOf } from './usage.ts';

const BATCH = 5_000;
/** The people came over this time, so that few of them are in a minute that is not final. */
const PAST_MS = 1_800_000;
const TICK_MS = 5_000;
const CHECKPOINT_MS = 3_000;
/** Events a second that go on meanwhile. */
const RATE = 2_000;
const LOADED_MS = 300_000;

export interface CheckpointBench {
  readonly kafka: KafkaOptions;
  readonly redisUrl: string;
  readonly users: number;
  readonly rooms: number;
  /** Checkpoints that are measured. */
  readonly runs: number;
}

const bytesOf = (value: object): Buffer => Buffer.from(JSON.stringify(value));

/** Sends an entry of each person, spread over the past in order of time, with ticks. */
const sendUsers = async ({ kafka, namespace }: Place, { users }: CheckpointBench, rooms: readonly string[]) => {
  const producer = createKafkaProducer(kafka);
  await producer.connect();
  const begin = Date.now() - PAST_MS - TICK_MS;
  let tick = begin;
  let batch: { key: string | null; value: Buffer; partition: number }[] = [];
  for (let i = 0; i < users; i++) {
    const ts = begin + Math.floor((i / users) * PAST_MS);
    for (; tick <= ts; tick += TICK_MS)
      batch.push({ key: null, value: bytesOf({ v: 1, type: 'clock.tick', ts: tick }), partition: 0 });
    const room_id = rooms[i % rooms.length] as string;
    const event = {
      v: 1,
      id: `e${i}`,
      type: 'viewer.entered',
      room_id,
      ts,
      user_id: `u-${Math.floor(i / rooms.length)}`,
      source: 'for_you',
    };
    batch.push({ key: room_id, value: bytesOf(event), partition: 0 });
    if (batch.length < BATCH && i + 1 < users) continue;
    await producer.send(namespace + TOPICS.events.name, batch);
    batch = [];
  }
  await producer.disconnect();
};

const startWorker = (place: Place, port: number): ChildProcess =>
  spawn(process.execPath, serviceArgs('ingest'), {
    cwd: ROOT,
    stdio: 'ignore',
    env: {
      ...ingestEnv(place),
      LIVEBOARD_HEALTH_PORT: String(port),
      LIVEBOARD_INGEST_CHECKPOINT_MS: String(CHECKPOINT_MS),
    },
  });

/** The figures of a worker of one partition by their names; none while it does not answer. */
const scrape = async (port: number): Promise<ReadonlyMap<string, number>> => {
  try {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    return new Map(
      [...text.matchAll(/^(\w+)(?:\{partition="0"\})? (\S+)$/gm)].map(([, name = '', value]) => [name, Number(value)]),
    );
  } catch {
    return new Map();
  }
};

/** One partition with many people, events going on: the longest turn of the event loop while a checkpoint is made. */
export const benchCheckpoint = async (bench: CheckpointBench): Promise<Report> => {
  const { kafka, redisUrl, users, runs } = bench;
  const place: Place = { kafka, redisUrl, namespace: `bench${randomBytes(4).toString('hex')}_`, partitions: 1 };
  const admin = createKafkaAdmin(kafka);
  await admin.connect();
  await admin.ensureTopics(place.namespace, 1);
  await admin.disconnect();
  const rooms = Array.from({ length: bench.rooms }, (_, i) => `bench-${i}`);
  await sendUsers(place, bench, rooms);
  const port = await freePort();
  const worker = startWorker(place, port);
  const pauses: number[] = [];
  let bytes = 0;
  const figure = async (name: string): Promise<number> => (await scrape(port)).get(`liveboard_ingest_${name}`) ?? 0;
  try {
    if (!(await until(async () => (await figure('applied_offset')) >= users, LOADED_MS, 500)))
      throw new Error('the worker did not read the log in time');
    const topic = place.namespace + TOPICS.events.name;
    const load = { brokers: kafka.brokers, topic, partitions: 1, rooms, watched: [] };
    const seconds = ((runs + 2) * CHECKPOINT_MS) / 1_000;
    const people = Math.max(1, Math.floor(users / bench.rooms));
    const { done } = startProducer({ ...load, users: people, rate: RATE, seconds }, () => undefined);
    let isOver = false;
    void done
      .catch(() => undefined)
      .then(() => {
        isOver = true;
      });
    // The one that may have been under way at the load's beginning does not count.
    let seen = (await figure('checkpoints_total')) + 1;
    while (pauses.length < runs && !isOver) {
      await new Promise((next) => setTimeout(next, 250));
      const figures = await scrape(port);
      const made = figures.get('liveboard_ingest_checkpoints_total') ?? 0;
      if (made <= seen) continue;
      seen = made;
      pauses.push(figures.get('liveboard_ingest_checkpoint_pause_ms') ?? Number.NaN);
      bytes = figures.get('liveboard_ingest_checkpoint_bytes') ?? Number.NaN;
    }
    const { rss } = usageOf(worker.pid as number);
    await done;
    if (pauses.length === 0) throw new Error('no checkpoint was made');
    const pause = figureOf(pauses, 'ms');
    return {
      v: 1,
      bench: 'checkpoint',
      at: new Date().toISOString(),
      machine: machineOf('4.1.1'),
      params: { users, rooms: bench.rooms, events_per_second: RATE, checkpoints: pauses.length },
      figures: {
        // What counts is the worst.
        checkpoint_pause_ms: { ...pause, value: pause.max },
        checkpoint_pause_median_ms: pause,
        checkpoint_mb: figureOf([bytes / 2 ** 20], 'MiB'),
        ingest_rss_mb: figureOf([rss], 'MiB'),
      },
      ratios: {},
    };
  } finally {
    const gone = new Promise((next) => worker.once('exit', next));
    if (worker.exitCode === null && worker.kill()) await gone;
  }
};
