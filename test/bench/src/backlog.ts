import { TOPICS } from '@liveboard/contracts';
import { createKafkaAdmin, createKafkaProducer, type KafkaOptions, type OutMessage } from '@liveboard/kafka';
import { createFleet, createNoise, ticksAt } from '@liveboard/simulator';

const BATCH = 10_000;
const STEP_MS = 5_000;
/** Rooms of one fleet. */
const FLEET = 14;

export interface BacklogOptions {
  readonly namespace: string;
  readonly events: number;
  readonly rooms: number;
  readonly partitions: number;
}

/** Fills a log with simulated rooms' events, two in a hundred sent twice. Resolves to what was sent. */
export const fillBacklog = async (
  kafka: KafkaOptions,
  { namespace, events, rooms, partitions }: BacklogOptions,
): Promise<{ readonly records: number; readonly bytes: number }> => {
  const topic = namespace + TOPICS.events.name;
  const admin = createKafkaAdmin(kafka);
  await admin.connect();
  await admin.ensureTopics(namespace, partitions);
  await admin.disconnect();
  const producer = createKafkaProducer(kafka);
  await producer.connect();

  const start = Date.now() - 6 * 3_600_000;
  // Fleets that start a second apart have rooms of their own.
  const fleets = Array.from({ length: Math.ceil(rooms / FLEET) }, (_, i) =>
    createFleet('bench', { start: start + i * 61_000, rooms: Math.min(FLEET, rooms - i * FLEET) }),
  );
  const noise = createNoise('bench', { duplicates: 0.02 });
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
  const begin = start + fleets.length * 61_000;
  for (const fleet of fleets) noise.put(fleet.next(begin - 1).filter(({ type }) => type === 'room.started'));
  for (let at = begin; records < events; at += STEP_MS) {
    noise.put(fleets.flatMap((fleet) => fleet.next(at)).sort((a, b) => a.ts - b.ts));
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
  return { records, bytes };
};
