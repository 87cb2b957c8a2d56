import type { MessagePort } from 'node:worker_threads';
import { GROUPS, TOPICS } from '@liveboard/contracts';
import { createCheckpointStore, createKafkaAdmin, createKafkaProducer, createRestore } from '@liveboard/kafka';
import { connectRedis, createKeys, createPartitionWriter } from '@liveboard/live-store';
import { createLog } from '@liveboard/runtime';
import { CHECKPOINT_FORMAT, createPartition, restorePartition } from '@liveboard/windows';
import { Registry } from 'prom-client';
import { createCalls } from './calls.ts';
import type { Settings } from './config.ts';
import { createMetrics } from './metrics.ts';
import { createOutputs } from './outputs.ts';
import { createOwners } from './owners.ts';
import { createPublication } from './publication.ts';
import { createRunner, type Runner } from './runner.ts';
import type { Counting, Reading, Standing } from './threads.ts';

/** The thread that counts: holds the partitions' state, tells Redis and Kafka, keeps checkpoints. */
export const startCounting = async (settings: Settings, port: MessagePort): Promise<void> => {
  const log = createLog('ingest', settings.LIVEBOARD_LOG_LEVEL);
  const namespace = settings.LIVEBOARD_NAMESPACE;
  const generation = settings.LIVEBOARD_LOG_GENERATION;
  const partitions = settings.LIVEBOARD_PARTITIONS;
  const kafka = { brokers: settings.KAFKA_BROKERS, clientId: 'liveboard-ingest', log };
  const topic = namespace + TOPICS.events.name;
  const group = namespace + GROUPS.ingest;
  const owners = createOwners<Runner>();
  let clockDifference: number | undefined;

  const admin = createKafkaAdmin(kafka);
  const producer = createKafkaProducer(kafka);
  await Promise.all([admin.connect(), producer.connect()]);
  const redis = connectRedis(settings.REDIS_URL, log);
  const keys = createKeys(namespace);
  const logName = { generation, cluster_id: await admin.clusterId(), topic, partitions };
  const registry = new Registry();
  const observer = createMetrics(registry, {
    statuses: () => owners.owned().map(({ runner }) => runner.status()),
    ends: () => admin.bounds(topic),
    clockDifference: () => clockDifference,
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

  const standing = (owner: number): Standing => {
    const { next } = owners.get(owner);
    return { owner, ...(next === undefined ? {} : { next }) };
  };

  const own = async (n: number): Promise<Standing> => {
    const restored = await restore(n);
    if (restored.kind === 'refused') {
      await reading.fail(`partition ${n}: ${restored.why}`, true);
      throw new Error(restored.why);
    }
    const { state: partition, from, end } = restored;
    const fail = (why: string, halted: boolean): void => void reading.fail(why, halted);
    const writer = createPartitionWriter(redis, keys, n, logName);
    // Kafka forgets a group's commits with a topic that is deleted: then Redis alone knows the log again.
    const told = await writer.look().catch(() => undefined);
    const runner = createRunner({
      n,
      generation,
      partition,
      from,
      told,
      publication: observer.publication(
        n,
        createPublication({
          n,
          generation,
          partition,
          writer,
          confirm: () => reading.confirm(n),
          logEnd: async () => (await admin.bounds(topic)).find((each) => each.partition === n)?.end ?? 0,
          onRefused: (why) => fail(why, true),
          log,
        }),
      ),
      outputs: createOutputs(producer, namespace, log, (why) => fail(why, false)),
      checkpoints,
      commit: (offset, metadata) => reading.commit(n, offset, metadata),
      onOtherLog: (why) => fail(`${why}; raise LIVEBOARD_LOG_GENERATION`, true),
      onGap: settings.LIVEBOARD_INGEST_ON_GAP,
      log,
      flushMs: settings.LIVEBOARD_INGEST_FLUSH_MS,
      checkpointMs: settings.LIVEBOARD_INGEST_CHECKPOINT_MS,
      observe: (checkpoint) => observer.checkpoint(n, checkpoint),
    });
    const owner = owners.add({ partition: n, runner, end });
    log.info({ partition: n, applied: partition.applied }, 'partition owned');
    return standing(owner);
  };

  const counting = {
    own,
    take: (owner, batch, end) => owners.get(owner).take(batch, end),
    standing,
    onGap: (owner, first) => owners.get(owner).onGap(first),
    release: (owner, why) => owners.release(owner, (runner) => runner.release(why)),
    notReady: () => {
      const owned = owners.owned();
      if (owned.length === 0) return 'no partition is owned yet';
      let behind = 0;
      for (const { runner, end } of owned) behind += Math.max(0, end - 1 - runner.status().applied);
      return behind > 0 ? `${behind} records of the log as it was at the start are still to be read` : undefined;
    },
    metrics: (difference) => {
      clockDifference = difference;
      return registry.metrics();
    },
    stop: async () => {
      redis.disconnect();
      await Promise.all([producer.disconnect(), admin.disconnect()]);
    },
  } satisfies Counting;
  const { remote: reading } = createCalls<Reading>(port, counting);
};
