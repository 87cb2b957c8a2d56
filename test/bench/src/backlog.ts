import { TOPICS } from '@liveboard/contracts';
import { createKafkaAdmin, createKafkaProducer, type KafkaOptions, type OutMessage } from '@liveboard/kafka';
import { createFleet, createNoise, type SimEvent, ticksAt } from '@liveboard/simulator';

const BATCH = 10_000;
const STEP_MS = 5_000;
/** Rooms of one fleet. */
const FLEET = 14;
/** The rooms start one after the other until about half of the backlog is there: simulated ms for each of its events. */
const OPENING_MS = 1 / 15;
/** Long enough ago for every event to lie in the past. */
const AGE_MS = 6 * 3_600_000;

export interface BacklogOptions {
  readonly namespace: string;
  readonly events: number;
  readonly rooms: number;
  readonly partitions: number;
  /** People that a room meets at most; undefined: they come from the whole market. */
  readonly users?: number | undefined;
}

export interface Backlog {
  readonly namespace: string;
  readonly records: number;
  readonly bytes: number;
  readonly rooms: number;
  /** Distinct pairs of room and user. */
  readonly users: number;
}

/** Counts who was met where. */
const createUsers = () => {
  const met = new Map<string, Set<string>>();
  return {
    note: (event: SimEvent): void => {
      if (!('user_id' in event)) return;
      let users = met.get(event.room_id);
      if (users === undefined) {
        users = new Set();
        met.set(event.room_id, users);
      }
      users.add(event.user_id);
    },
    count: (): number => [...met.values()].reduce((sum, { size }) => sum + size, 0),
  };
};

/** Fills a log with simulated rooms' events in their order, two in a hundred sent twice, with ticks. */
export const fillBacklog = async (
  kafka: KafkaOptions,
  { namespace, events, rooms, partitions, users }: BacklogOptions,
): Promise<Backlog> => {
  const topic = namespace + TOPICS.events.name;
  const admin = createKafkaAdmin(kafka);
  await admin.connect();
  await admin.ensureTopics(namespace, partitions);
  await admin.disconnect();
  const producer = createKafkaProducer(kafka);
  await producer.connect();

  const start = Date.now() - AGE_MS;
  const count = Math.ceil(rooms / FLEET);
  // At least a second apart: the name of a room holds the second of its start.
  const apart = Math.max(1_000, Math.floor((events * OPENING_MS) / count));
  const fleets = Array.from({ length: count }, (_, i) =>
    createFleet('bench', {
      start: start + i * apart,
      rooms: Math.min(FLEET, rooms - i * FLEET),
      ...(users === undefined ? {} : { users }),
    }),
  );
  const noise = createNoise('bench', { duplicates: 0.02 });
  const met = createUsers();
  // One send at a time, the next is made meanwhile: two could change places in the log.
  let sending: Promise<unknown> = Promise.resolve();
  let batch: OutMessage[] = [];
  let records = 0;
  let bytes = 0;
  const send = async (): Promise<void> => {
    await sending;
    sending = producer.send(topic, batch);
    batch = [];
  };
  for (let at = start + STEP_MS; records < events; at += STEP_MS) {
    const made = fleets.flatMap((fleet) => fleet.next(at)).sort((a, b) => a.ts - b.ts);
    for (const event of made) met.note(event);
    noise.put(made);
    for (const { key, value, partition } of [...noise.take(at), ...ticksAt(at, partitions)]) {
      batch.push({
        key,
        value: value === null ? null : Buffer.from(value),
        ...(partition === undefined ? {} : { partition }),
      });
      records++;
      bytes += value?.length ?? 0;
      if (batch.length >= BATCH) await send();
    }
  }
  await send();
  await sending;
  await producer.disconnect();
  return { namespace, records, bytes, rooms, users: met.count() };
};
