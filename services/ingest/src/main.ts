import { GROUPS, TOPICS } from '@liveboard/contracts';
import { createKafkaAdmin, createKafkaProducer, createPartitionConsumer } from '@liveboard/kafka';
import { connectRedis, createKeys, createPartitionWriter } from '@liveboard/live-store';
import { createLifecycle, createLog, EXIT_HALTED, readConfig, startHealth } from '@liveboard/runtime';
import { CHECKPOINT_FORMAT, createPartition, restorePartition } from '@liveboard/windows';
import { createCheckpointStore, readPointer } from './checkpoint.ts';
import { SETTINGS } from './config.ts';
import { createRunner, type Runner } from './runner.ts';
import { startTicker } from './ticker.ts';

const settings = readConfig(SETTINGS, process.env);
const log = createLog('ingest', settings.LIVEBOARD_LOG_LEVEL);
const lifecycle = createLifecycle(log, 20_000);
const namespace = settings.LIVEBOARD_NAMESPACE;
const generation = settings.LIVEBOARD_LOG_GENERATION;
const partitions = settings.LIVEBOARD_PARTITIONS;
const kafka = { brokers: settings.KAFKA_BROKERS, clientId: 'liveboard-ingest', log };
const topic = namespace + TOPICS.events.name;
const group = namespace + GROUPS.ingest;

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
const checkpoints = createCheckpointStore(kafka, producer, namespace, generation);
const runners = new Map<number, Runner>();

const restore = async (n: number) => {
  const options = { partition: n, partitions, generation };
  const committed = (await admin.committed(group, topic)).find(({ partition }) => partition === n);
  const pointer = committed === undefined || committed.offset < 0 ? undefined : readPointer(committed.metadata);
  if (pointer === undefined) return { partition: createPartition(options) };
  if (pointer.g !== generation || pointer.f !== CHECKPOINT_FORMAT) {
    log.fatal({ pointer }, 'the checkpoint is of another generation or form');
    await lifecycle.end(EXIT_HALTED, 'raise LIVEBOARD_LOG_GENERATION, or run the version that wrote the checkpoint');
  }
  return { partition: restorePartition(options, await checkpoints.load(n, pointer)), from: pointer };
};

const consumer = createPartitionConsumer({
  ...kafka,
  groupId: group,
  topic,
  own: async (n) => {
    const restored = await restore(n);
    const runner = createRunner({
      n,
      generation,
      namespace,
      group,
      ...restored,
      writer: createPartitionWriter(redis, keys, n, generation),
      producer,
      checkpoints,
      commit: (offset, metadata) => consumer.commit(n, offset, metadata),
      onFenced: () => void lifecycle.end(1, `partition ${n} belongs to another worker`),
      log,
      flushMs: settings.LIVEBOARD_INGEST_FLUSH_MS,
      checkpointMs: settings.LIVEBOARD_INGEST_CHECKPOINT_MS,
    });
    runners.set(n, runner);
    log.info({ partition: n, applied: restored.partition.applied }, 'partition owned');
    return {
      get next() {
        return runner.next;
      },
      take: runner.take,
      release: async () => {
        await runner.release();
        if (runners.get(n) === runner) runners.delete(n);
      },
    };
  },
  onFailure: (why, halted) => {
    log.fatal({ why }, 'ingest cannot go on');
    void lifecycle.end(halted ? EXIT_HALTED : 1, why);
  },
});

if (settings.LIVEBOARD_HEALTH_PORT !== undefined) {
  const health = await startHealth(settings.LIVEBOARD_HEALTH_PORT, () =>
    runners.size === 0 ? 'no partition is owned yet' : undefined,
  );
  lifecycle.onStop('health', () => health.close());
}
await consumer.start();
lifecycle.onStop('consumer', () => consumer.stop());
if (settings.LIVEBOARD_INGEST_TICKS === 'on') {
  const ticker = startTicker(producer, namespace, consumer.owned, log);
  lifecycle.onStop('ticker', async () => ticker.stop());
}
