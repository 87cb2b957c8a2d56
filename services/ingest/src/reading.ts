import { fileURLToPath } from 'node:url';
import { getHeapStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { GROUPS, TOPICS } from '@liveboard/contracts';
import { createKafkaAdmin, createKafkaProducer, createPartitionConsumer } from '@liveboard/kafka';
import { createLifecycle, createLog, EXIT_HALTED, startHealth } from '@liveboard/runtime';
import { Registry } from 'prom-client';
import { createCalls } from './calls.ts';
import type { Settings } from './config.ts';
import { createRemoteOwner } from './remote-owner.ts';
import type { Counting, Reading } from './threads.ts';
import { startTicker } from './ticker.ts';

/** The thread that reads: the process's life, the group, the fetches, the ticks. `program`: what the other thread runs. */
export const startReading = async (settings: Settings, program: string): Promise<void> => {
  const log = createLog('ingest', settings.LIVEBOARD_LOG_LEVEL);
  const lifecycle = createLifecycle(log, 20_000);
  const namespace = settings.LIVEBOARD_NAMESPACE;
  const kafka = { brokers: settings.KAFKA_BROKERS, clientId: 'liveboard-ingest', log };
  const topic = namespace + TOPICS.events.name;

  /** Ends the process: at once anew (1), or not before an operator acted (78). */
  const fail = (why: string, halted: boolean): void => {
    log.fatal({ why }, 'ingest cannot go on');
    void lifecycle.end(halted ? EXIT_HALTED : 1, why);
  };

  const admin = createKafkaAdmin(kafka);
  await admin.connect();
  lifecycle.onStop('admin', () => admin.disconnect());
  const differences = await admin.ensureTopics(namespace, settings.LIVEBOARD_PARTITIONS);
  if (differences.length > 0) {
    log.fatal({ differences }, 'the topics are not as they must be');
    await lifecycle.end(EXIT_HALTED, 'topics differ');
  }

  const thread = new Worker(fileURLToPath(program), {
    resourceLimits: {
      // As much as a process of its own would have.
      maxOldGenerationSizeMb: Math.floor(getHeapStatistics().heap_size_limit / 2 ** 20),
      // Little dies young where batches come as a few arrays.
      maxYoungGenerationSizeMb: 24,
    },
  });
  const calls = createCalls<Counting>(thread, {
    confirm: (n) => consumer.confirm(n),
    commit: (n, offset, metadata) => consumer.commit(n, offset, metadata),
    fail,
  } satisfies Reading);
  const { remote: counting } = calls;
  const lose = (why: string): void => {
    calls.close(new Error(`the thread that counts is gone: ${why}`));
    fail(`the thread that counts failed: ${why}`, false);
  };
  thread.on('error', (error) => lose(error.message));
  thread.on('exit', (code) => lose(`it ended with ${code}`));
  lifecycle.onStop('counting', () => counting.stop());

  const consumer = createPartitionConsumer({
    ...kafka,
    groupId: namespace + GROUPS.ingest,
    topics: [topic],
    own: async (n) => createRemoteOwner(calls, await counting.own(n)),
    onFailure: fail,
  });

  let ticker: ReturnType<typeof startTicker> | undefined;
  if (settings.LIVEBOARD_HEALTH_PORT !== undefined) {
    const health = await startHealth(settings.LIVEBOARD_HEALTH_PORT, counting.notReady, {
      contentType: Registry.PROMETHEUS_CONTENT_TYPE,
      metrics: () => counting.metrics(ticker?.correction()),
    });
    lifecycle.onStop('health', () => health.close());
  }
  await consumer.start();
  lifecycle.onStop('consumer', () => consumer.stop());
  if (settings.LIVEBOARD_INGEST_TICKS === 'off') return;
  const producer = createKafkaProducer(kafka);
  await producer.connect();
  lifecycle.onStop('producer', () => producer.disconnect());
  const started = startTicker(producer, namespace, consumer.owned, log);
  ticker = started;
  lifecycle.onStop('ticker', async () => started.stop());
};
