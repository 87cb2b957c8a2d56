import { setTimeout as sleep } from 'node:timers/promises';
import { GROUPS, TOPICS } from '@liveboard/contracts';
import {
  createHistoryClient,
  createHistoryReader,
  createHistorySink,
  databaseOf,
  migrate,
} from '@liveboard/history-store';
import {
  createCheckpointStore,
  createKafkaAdmin,
  createKafkaProducer,
  createPartitionConsumer,
  createRestore,
  locate,
  readPosition,
} from '@liveboard/kafka';
import { createLifecycle, createLog, EXIT_HALTED, startHealth, takeSettings } from '@liveboard/runtime';
import { CHECKPOINT_FORMAT, createVerdicts, restoreVerdicts } from '@liveboard/windows';
import { Registry } from 'prom-client';
import { SETTINGS } from './config.ts';
import { createEventIntake, createMinuteIntake, createQuarantineIntake } from './intake.ts';
import { registerMetrics } from './metrics.ts';
import { createOwner, type Owner, type OwnerOptions } from './owner.ts';

const settings = takeSettings(SETTINGS);
const log = createLog('history', settings.LIVEBOARD_LOG_LEVEL);
const lifecycle = createLifecycle(log, 20_000);
const namespace = settings.LIVEBOARD_NAMESPACE;
const generation = settings.LIVEBOARD_LOG_GENERATION;
const partitions = settings.LIVEBOARD_PARTITIONS;
const kafka = { brokers: settings.KAFKA_BROKERS, clientId: 'liveboard-history', log };
const group = namespace + GROUPS.history;
const topics = {
  events: namespace + TOPICS.events.name,
  minutes: namespace + TOPICS.minutes.name,
  quarantine: namespace + TOPICS.quarantine.name,
} as const;
const ENDS_EVERY_MS = 5_000;
const RETRY_MS = 1_000;

/** Ends the process: at once anew (1), or not before an operator acted (78). */
const fail = (why: string, halted: boolean): void => {
  log.fatal({ why }, 'history cannot go on');
  void lifecycle.end(halted ? EXIT_HALTED : 1, why);
};

const owners = new Map<string, Owner>();
const statuses = () => [...owners.values()].map((owner) => owner.status());
/** The ends of the logs, as they were asked for last. */
const ends = new Map<string, number>();
let isMigrated = false;

const skipRows = settings.LIVEBOARD_HISTORY_SKIP_ROWS;
if (skipRows > 0) log.warn({ skipRows }, 'rows that ClickHouse cannot read are left out');
const clickhouse = createHistoryClient({ url: settings.CLICKHOUSE_URL, database: databaseOf(namespace), skipRows });
lifecycle.onStop('clickhouse', () => clickhouse.close());
const reader = createHistoryReader(clickhouse);
const sink = createHistorySink(clickhouse, log);
lifecycle.onStop('sink', () => sink.close());

if (settings.LIVEBOARD_HEALTH_PORT !== undefined) {
  const registry = new Registry();
  const notReady = (): string | undefined => {
    if (!isMigrated) return 'ClickHouse has not answered yet';
    return owners.size === 0 ? 'no partition is owned yet' : undefined;
  };
  const health = await startHealth(settings.LIVEBOARD_HEALTH_PORT, notReady, registry);
  registerMetrics(registry, {
    owners: statuses,
    sink,
    endOf: (topic, partition) => ends.get(`${topic}/${partition}`),
    nameOf: (topic) => topic.slice(namespace.length),
  });
  lifecycle.onStop('health', () => health.close());
}

const admin = createKafkaAdmin(kafka);
await admin.connect();
lifecycle.onStop('admin', () => admin.disconnect());
const differences = await admin.ensureTopics(namespace, partitions);
if (differences.length > 0) {
  log.fatal({ differences }, 'the topics are not as they must be');
  await lifecycle.end(EXIT_HALTED, 'topics differ');
}
const producer = createKafkaProducer(kafka);
await producer.connect();
lifecycle.onStop('producer', () => producer.disconnect());

/** Asks until ClickHouse answers: without it there is nothing to do but wait. */
const patiently = async <T>(ask: () => Promise<T>): Promise<T> => {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      log.warn({ err: error }, 'ClickHouse does not answer; trying again');
      await sleep(RETRY_MS);
    }
  }
};

const plan = await patiently(() => migrate(clickhouse));
if (plan.kind === 'refused') {
  log.fatal({ why: plan.why }, 'the tables are not as they must be');
  await lifecycle.end(EXIT_HALTED, plan.why);
} else log.info({ applied: plan.migrations.map(({ name }) => name) }, 'the tables are there');
isMigrated = true;

const checkpoints = createCheckpointStore(kafka, producer, {
  namespace,
  group,
  generation,
  format: CHECKPOINT_FORMAT,
});
const restoreEvents = createRestore(admin, checkpoints, {
  group,
  topic: topics.events,
  generation,
  namespace,
  format: CHECKPOINT_FORMAT,
  begin: (n) => createVerdicts({ partition: n, partitions, generation }),
  resume: (n, bytes) => restoreVerdicts({ partition: n, partitions, generation }, bytes),
});

type Beginning = Pick<OwnerOptions, 'intake' | 'from' | 'known' | 'checkpoints'>;

/** Where the group stands in a partition, and what it knows there. @throws Error where an operator must act. */
const begin = async (n: number, topic: string): Promise<Beginning> => {
  const refuse = (why: string): never => {
    fail(`partition ${n} of ${topic}: ${why}`, true);
    throw new Error(why);
  };
  if (topic === topics.events) {
    const restored = await restoreEvents(n);
    if (restored.kind === 'refused') return refuse(restored.why);
    const { state, from, end } = restored;
    const intake = createEventIntake(state, generation);
    if (from !== undefined) return { intake, from, checkpoints };
    // With a topic that was deleted, Kafka forgets what was committed of it: ask whether its log was here before.
    const start = (await admin.bounds(topic)).find(({ partition }) => partition === n)?.start ?? 0;
    const known = await patiently(() => reader.known(generation, n, start));
    if (known !== undefined && known.last >= end)
      return refuse(`record ${known.last} was written before, the log ends at ${end}; raise LIVEBOARD_LOG_GENERATION`);
    return { intake, known: known?.first, checkpoints };
  }
  const located = await locate(admin, { group, topic, generation }, n, readPosition);
  if (located.kind === 'refused') return refuse(located.why);
  const { from } = located;
  const create = topic === topics.minutes ? createMinuteIntake : createQuarantineIntake;
  return { intake: create(from?.l ?? -1), from };
};

const consumer = createPartitionConsumer({
  ...kafka,
  groupId: group,
  topics: [topics.events, topics.minutes, topics.quarantine],
  own: async (n, topic) => {
    const owner = createOwner({
      ...(await begin(n, topic)),
      n,
      topic,
      generation,
      sink,
      commit: (offset, metadata) => consumer.commit(n, offset, metadata, topic),
      onOtherLog: (why) => fail(`${topic}: ${why}; raise LIVEBOARD_LOG_GENERATION`, true),
      onLost: (why) => fail(why, false),
      onGap: settings.LIVEBOARD_HISTORY_ON_GAP,
      log,
      commitAgeMs: settings.LIVEBOARD_HISTORY_COMMIT_AGE_MS,
      checkpointMs: settings.LIVEBOARD_HISTORY_CHECKPOINT_MS,
    });
    const key = `${topic}/${n}`;
    owners.set(key, owner);
    log.info({ topic, partition: n, applied: owner.status().applied }, 'partition owned');
    return {
      get next() {
        return owner.next;
      },
      get full() {
        return owner.full;
      },
      take: owner.take,
      onGap: owner.onGap,
      release: async (why) => {
        if (owners.get(key) === owner) owners.delete(key);
        await owner.release(why);
      },
    };
  },
  onFailure: fail,
});

const readEnds = async (): Promise<void> => {
  for (const topic of Object.values(topics))
    for (const { partition, end } of await admin.bounds(topic)) ends.set(`${topic}/${partition}`, end);
};
await readEnds();
let isReading = false;
const watch = setInterval(async () => {
  if (isReading) return;
  isReading = true;
  await readEnds().catch((error: unknown) => log.warn({ err: error }, 'the logs’ ends could not be read'));
  isReading = false;
}, ENDS_EVERY_MS);
lifecycle.onStop('ends', async () => clearInterval(watch));

await consumer.start();
lifecycle.onStop('consumer', () => consumer.stop());
