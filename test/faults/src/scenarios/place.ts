import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_PARTITIONS, GROUPS } from '@liveboard/contracts';
import { type Stack, spawnHistory, spawnIngest, type WorkerProcess, type WorkerSettings } from '@liveboard/e2e';
import { createKafkaAdmin } from '@liveboard/kafka';
import { createLog } from '@liveboard/runtime';
import { type AdversaryRecord, createAdversary } from '@liveboard/simulator';
import { checkPartitions, connectSystem, type Tally, until } from '@liveboard/verify';
import kafkajs from 'kafkajs';

const MINUTE_MS = 60_000;
const BATCH = 500;
const WAIT_MS = 120_000;
/** A worker that must halt has done so by then. */
const HALT_MS = 60_000;
const EXIT_HALTED = 78;

type Settings = Omit<WorkerSettings, 'namespace'>;

/** Names of a scenario's own on a stack's servers, with workers that nobody else disturbs. */
export const createPlace = async (stack: Stack) => {
  const namespace = `f${randomUUID().replace(/-/g, '').slice(0, 10)}_`;
  const own: Stack = { ...stack, namespace, clickhouse_database: `${namespace}liveboard`, generation: 1 };
  const kafka = {
    brokers: stack.kafka_brokers.split(','),
    clientId: 'liveboard-faults',
    log: createLog('faults', 'fatal'),
  };
  const dir = mkdtempSync(join(tmpdir(), 'live-board-faults-'));
  const admin = createKafkaAdmin(kafka);
  await admin.connect();
  await admin.ensureTopics(namespace, DEFAULT_PARTITIONS);
  const system = await connectSystem(own);
  const topic = system.topic('events');
  const workers: WorkerProcess[] = [];
  const keep = (worker: WorkerProcess): WorkerProcess => {
    workers.push(worker);
    return worker;
  };
  const committed = async (group: keyof typeof GROUPS): Promise<ReadonlyMap<number, number>> =>
    new Map(
      (await admin.committed(namespace + GROUPS[group], topic)).map(({ partition, offset }) => [partition, offset]),
    );

  return {
    topic,
    system,
    committed,
    ingest: (settings: Settings = {}) => keep(spawnIngest(stack, { namespace, ...settings })),
    history: (settings: Settings = {}, clickhouseUrl = stack.clickhouse_url) =>
      keep(spawnHistory({ ...stack, clickhouse_url: clickhouseUrl }, { namespace, ...settings })),
    /** An adversarial log of the last minutes, all of them final at its end. */
    log: (seed: string, minutes = 10): readonly AdversaryRecord[] =>
      createAdversary(seed, {
        rooms: 16,
        minutes,
        settleMinutes: 4,
        eventsPerRoomMinute: 20,
        partitions: DEFAULT_PARTITIONS,
        startTs: Date.now() - (minutes + 6) * MINUTE_MS,
        nowTs: Date.now(),
      }).records,
    /** Sends records, evenly over `ms` where it is given. */
    send: async (records: readonly AdversaryRecord[], ms = 0): Promise<void> => {
      const size = ms === 0 ? BATCH : Math.max(1, Math.ceil(records.length / (ms / 200)));
      const begun = performance.now();
      for (let i = 0; i < records.length; i += size) {
        const early = (ms * i) / records.length - (performance.now() - begun);
        if (early > 0) await new Promise((next) => setTimeout(next, early));
        const batch = records.slice(i, i + size);
        await system.producer.send(
          topic,
          batch.map(({ key, value, partition }) => ({
            key,
            value: value === null ? null : Buffer.from(value),
            partition,
          })),
        );
      }
    },
    /** Waits until ingest has read and kept the whole log, and history has committed all of it. */
    settled: async (): Promise<void> => {
      await until('everything read and checkpointed', system.isSettled, WAIT_MS);
      await until(
        'everything committed by history',
        async () => {
          const held = await committed('history');
          return [...(await system.ends())].every(([partition, end]) => held.get(partition) === end);
        },
        WAIT_MS,
      );
    },
    /** Ends workers politely. */
    leave: async (...those: readonly WorkerProcess[]): Promise<void> => {
      for (const worker of those) worker.kill('SIGTERM');
      await Promise.all(those.map(({ exit }) => exit));
    },
    /** The admin of the library itself, for what only an operator does. */
    operate: async (work: (admin: kafkajs.Admin) => Promise<void>): Promise<void> => {
      const raw = new kafkajs.Kafka({ brokers: kafka.brokers, logLevel: kafkajs.logLevel.NOTHING }).admin();
      await raw.connect();
      await work(raw);
      await raw.disconnect();
    },
    createTopics: async (): Promise<void> => {
      const again = createKafkaAdmin(kafka);
      await again.connect();
      await again.ensureTopics(namespace, DEFAULT_PARTITIONS);
      await again.disconnect();
    },
    /** Waits for ingest, then compares every cell. */
    check: async (generation = 1): Promise<Tally> => {
      await until('everything read and checkpointed', system.isSettled, WAIT_MS);
      const file = join(dir, 'stack.json');
      writeFileSync(file, JSON.stringify({ ...own, generation }));
      return checkPartitions(file, DEFAULT_PARTITIONS, false);
    },
    close: async (): Promise<void> => {
      for (const worker of workers) worker.kill('SIGKILL');
      await system.close();
      await admin.disconnect();
      rmSync(dir, { recursive: true, force: true });
    },
  };
};
export type Place = Awaited<ReturnType<typeof createPlace>>;

/** @throws Error that says what was expected, where it is not so. */
export const expect = (holds: boolean, what: string): void => {
  if (!holds) throw new Error(what);
};

/** Waits for a worker's end as halted, with these words. @throws Error with its own last words, where it is not so. */
export const expectHalted = async (worker: WorkerProcess, name: string, words: string): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((done) => {
    timer = setTimeout(() => done('nothing: it goes on'), HALT_MS);
  });
  const code = await Promise.race([worker.exit, late]);
  clearTimeout(timer);
  const last = worker.log().trimEnd().split('\n').slice(-3).join(' ').slice(-600);
  expect(code === EXIT_HALTED, `${name} ended with ${code}, not ${EXIT_HALTED}: ${last}`);
  expect(worker.log().includes(words), `${name} did not say "${words}": ${last}`);
};
