import { TOPICS } from '@liveboard/contracts';
import { createKafkaAdmin, createKafkaProducer } from '@liveboard/kafka';
import { createLifecycle, createLog, EXIT_HALTED, startHealth, takeSettings } from '@liveboard/runtime';
import { createFleet } from '@liveboard/simulator';
import { chooseBeginning, createStateFile } from './beginning.ts';
import { createFeeder, type OutgoingMessage } from './feeder.ts';
import { SETTINGS } from './options.ts';
import { sendPast } from './past.ts';

const STEP_MS = 250;
const MINUTE_MS = 60_000;

const options = takeSettings(SETTINGS);
const log = createLog('simulator', options.LIVEBOARD_LOG_LEVEL);
const lifecycle = createLifecycle(log);
const kafka = { brokers: options.KAFKA_BROKERS, clientId: 'liveboard-simulator', log };
const topic = options.LIVEBOARD_NAMESPACE + TOPICS.events.name;

const admin = createKafkaAdmin(kafka);
await admin.connect();
const differences = await admin.ensureTopics(options.LIVEBOARD_NAMESPACE, options.LIVEBOARD_SIMULATOR_PARTITIONS);
if (differences.length > 0) await lifecycle.end(EXIT_HALTED, differences.join('; '));

const now = Date.now();
const pastMs = options.LIVEBOARD_SIMULATOR_BACKFILL_MINUTES * MINUTE_MS;

/** To the second: the end of what the log holds within the past. */
const findLastAppend = async (): Promise<number | undefined> => {
  let [held, free] = [now - pastMs, now + 1_000];
  if (!(await admin.hasRecordsSince(topic, held))) return undefined;
  while (free - held > 1_000) {
    const middle = Math.floor((held + free) / 2);
    if (await admin.hasRecordsSince(topic, middle)) held = middle;
    else free = middle;
  }
  return free;
};
const lastAppend = await findLastAppend();
await admin.disconnect();

const producer = createKafkaProducer(kafka);
await producer.connect();
lifecycle.onStop('producer', () => producer.disconnect());

const seed = options.LIVEBOARD_SIMULATOR_SEED;
const state = createStateFile(options.LIVEBOARD_SIMULATOR_STATE, seed);
const { start, from } = chooseBeginning({ now, pastMs, lastAppend, earlierStart: state.read() });
const fleet = createFleet(seed, { rooms: options.LIVEBOARD_SIMULATOR_ROOMS, start });
fleet.next(from);
state.write(start);

const sink = { send: (messages: OutgoingMessage[]) => producer.send(topic, messages) };
const partitions = options.LIVEBOARD_SIMULATOR_PARTITIONS;
/** Why it is not ready yet; the past may take a while, and whoever waits wants to see it get on. */
let waiting: string | undefined = 'beginning';
if (options.LIVEBOARD_HEALTH_PORT !== undefined) {
  const health = await startHealth(options.LIVEBOARD_HEALTH_PORT, () => waiting);
  lifecycle.onStop('health', () => health.close());
}
const sent = await sendPast({
  fleet,
  sink,
  seed,
  from,
  partitions,
  now: Date.now,
  onProgress: (at) => {
    waiting = `the rooms are at ${new Date(at).toISOString().slice(11, 19)} UTC`;
  },
});
log.info({ sent, from }, 'the past was sent');

const feeder = createFeeder({
  fleet,
  sink,
  log,
  now: Date.now,
  seed,
});

let stopped = false;
const loop = async (): Promise<void> => {
  while (!stopped) {
    await feeder.step();
    await new Promise((next) => setTimeout(next, STEP_MS));
  }
};
const running = loop();
waiting = undefined;
lifecycle.onStop('feeder', async () => {
  stopped = true;
  await running;
  // Rooms that will go on after a restart are not over.
  if (options.LIVEBOARD_SIMULATOR_STATE === undefined) await feeder.finish();
});
log.info({ rooms: options.LIVEBOARD_SIMULATOR_ROOMS, topic }, 'rooms are live');
