import { TOPICS } from '@liveboard/contracts';
import { createKafkaAdmin, createKafkaProducer } from '@liveboard/kafka';
import { createLifecycle, createLog, EXIT_HALTED, startHealth } from '@liveboard/runtime';
import { createFleet } from '@liveboard/simulator';
import { createFeeder } from './feeder.ts';
import { readOptions } from './options.ts';

const STEP_MS = 250;

const options = readOptions(process.env);
const log = createLog('simulator');
const lifecycle = createLifecycle(log);
const kafka = { brokers: options.KAFKA_BROKERS, clientId: 'liveboard-simulator', log };
const topic = options.LIVEBOARD_NAMESPACE + TOPICS.events.name;

const admin = createKafkaAdmin(kafka);
await admin.connect();
const differences = await admin.ensureTopics(options.LIVEBOARD_NAMESPACE, options.LIVEBOARD_SIMULATOR_PARTITIONS);
await admin.disconnect();
if (differences.length > 0) await lifecycle.end(EXIT_HALTED, differences.join('; '));

const producer = createKafkaProducer(kafka);
await producer.connect();
lifecycle.onStop('producer', () => producer.disconnect());

const now = Date.now();
const fleet = createFleet(options.LIVEBOARD_SIMULATOR_SEED, {
  rooms: options.LIVEBOARD_SIMULATOR_ROOMS,
  start: now,
});
const feeder = createFeeder({
  fleet,
  sink: { send: (messages) => producer.send(topic, messages) },
  log,
  now: Date.now,
  seed: options.LIVEBOARD_SIMULATOR_SEED,
});

if (options.LIVEBOARD_HEALTH_PORT !== undefined) {
  const health = await startHealth(options.LIVEBOARD_HEALTH_PORT, () =>
    feeder.state().lastSentAt === undefined ? 'nothing was sent yet' : undefined,
  );
  lifecycle.onStop('health', () => health.close());
}

let stopped = false;
const loop = async (): Promise<void> => {
  while (!stopped) {
    await feeder.step();
    await new Promise((next) => setTimeout(next, STEP_MS));
  }
};
const running = loop();
lifecycle.onStop('feeder', async () => {
  stopped = true;
  await running;
  await feeder.finish();
});
log.info({ rooms: options.LIVEBOARD_SIMULATOR_ROOMS, topic }, 'rooms are live');
