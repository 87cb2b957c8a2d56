import { GROUPS, TOPICS } from '@liveboard/contracts';
import {
  createCheckpointStore,
  createKafkaAdmin,
  createKafkaProducer,
  createPartitionConsumer,
  createRestore,
} from '@liveboard/kafka';
import { connectRedis, createKeys, createPartitionWriter } from '@liveboard/live-store';
import { createLifecycle, createLog, EXIT_HALTED, startHealth, takeSettings } from '@liveboard/runtime';
import { CHECKPOINT_FORMAT, createPartition, restorePartition } from '@liveboard/windows';
import { Registry } from 'prom-client';
import { SETTINGS } from './config.ts';
import { createMetrics } from './metrics.ts';
import { createOutputs } from './outputs.ts';
import { createPublication } from './publication.ts';
import { createRunner, type Runner } from './runner.ts';
import { startTicker } from './ticker.ts';

const settings = takeSettings(SETTINGS);
const log = createLog('ingest', settings.LIVEBOARD_LOG_LEVEL);
const lifecycle = createLifecycle(log, 20_000);
const namespace = settings.LIVEBOARD_NAMESPACE;
const generation = settings.LIVEBOARD_LOG_GENERATION;
const partitions = settings.LIVEBOARD_PARTITIONS;
const kafka = { brokers: settings.KAFKA_BROKERS, clientId: 'liveboard-ingest', log };
const topic = namespace + TOPICS.events.name;
const group = namespace + GROUPS.ingest;

/** Ends the process: at once anew (1), or not before an operator acted (78). */
const fail = (why: string, halted: boolean): void => {
  log.fatal({ why }, 'ingest cannot go on');
  void lifecycle.end(halted ? EXIT_HALTED : 1, why);
};

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

const redis = connectRedis(settings.REDIS_URL, log);
lifecycle.onStop('redis', async () => {
  redis.disconnect();
});
const keys = createKeys(namespace);
const logName = { generation, cluster_id: await admin.clusterId(), topic, partitions };
const runners = new Map<number, Runner>();
let ticker: ReturnType<typeof startTicker> | undefined;
const registry = new Registry();
const observer = createMetrics(registry, {
  statuses: () => [...runners.values()].map((runner) => runner.status()),
  ends: () => admin.bounds(topic),
  clockDifference: () => ticker?.correction(),
  partitions,
});
const format = CHECKPOINT_FORMAT;
const checkpoints = observer.checkpoints(
  createCheckpointStore(kafka, producer, { namespace, group, generation, format }),
);
const restore = createRestore(admin, checkpoints, {
  group,
  topic,
  generation,
  namespace,
  format,
  begin: (n) => createPartition({ partition: n, partitions, generation }),
  resume: (n, bytes) => restorePartition({ partition: n, partitions, generation }, bytes),
});
/** Where each owned partition's log ended when it was taken over. */
const ends = new Map<number, number>();

const notReady = (): string | undefined => {
  if (runners.size === 0) return 'no partition is owned yet';
  let behind = 0;
  for (const [n, runner] of runners) behind += Math.max(0, (ends.get(n) ?? 0) - 1 - runner.status().applied);
  return behind > 0 ? `${behind} records of the log as it was at the start are still to be read` : undefined;
};

const consumer = createPartitionConsumer({
  ...kafka,
  groupId: group,
  topics: [topic],
  own: async (n) => {
    const restored = await restore(n);
    if (restored.kind === 'refused') {
      fail(`partition ${n}: ${restored.why}`, true);
      throw new Error(restored.why);
    }
    const { state: partition, from, end } = restored;
    const runner = createRunner({
      n,
      generation,
      partition,
      from,
      publication: observer.publication(
        n,
        createPublication({
          n,
          generation,
          partition,
          writer: createPartitionWriter(redis, keys, n, logName),
          confirm: () => consumer.confirm(n),
          logEnd: async () => (await admin.bounds(topic)).find((each) => each.partition === n)?.end ?? 0,
          onRefused: (why) => fail(why, true),
          log,
        }),
      ),
      outputs: createOutputs(producer, namespace, log, (why) => fail(why, false)),
      checkpoints,
      commit: (offset, metadata) => consumer.commit(n, offset, metadata),
      onOtherLog: (why) => fail(`${why}; raise LIVEBOARD_LOG_GENERATION`, true),
      onGap: settings.LIVEBOARD_INGEST_ON_GAP,
      log,
      flushMs: settings.LIVEBOARD_INGEST_FLUSH_MS,
      checkpointMs: settings.LIVEBOARD_INGEST_CHECKPOINT_MS,
      observe: (checkpoint) => observer.checkpoint(n, checkpoint),
    });
    runners.set(n, runner);
    ends.set(n, end);
    log.info({ partition: n, applied: partition.applied }, 'partition owned');
    return {
      get next() {
        return runner.next;
      },
      take: runner.take,
      onGap: runner.onGap,
      release: async (why) => {
        if (runners.get(n) === runner) runners.delete(n);
        await runner.release(why);
      },
    };
  },
  onFailure: fail,
});

if (settings.LIVEBOARD_HEALTH_PORT !== undefined) {
  const health = await startHealth(settings.LIVEBOARD_HEALTH_PORT, notReady, registry);
  lifecycle.onStop('health', () => health.close());
}
await consumer.start();
lifecycle.onStop('consumer', () => consumer.stop());
if (settings.LIVEBOARD_INGEST_TICKS === 'on') {
  const started = startTicker(producer, namespace, consumer.owned, log);
  ticker = started;
  lifecycle.onStop('ticker', async () => started.stop());
}
