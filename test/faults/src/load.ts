import {
  type AdversaryRecord,
  createAdversary,
  createFleet,
  createNoise,
  createRandom,
  placeOf,
} from '@liveboard/simulator';
import { noteMarks, type System } from '@liveboard/verify';

const MINUTE_MS = 60_000;
const TICK_MS = 5_000;
/** Simulated time between two sends; a send is at most one batch of each partition. */
const STEP_MS = 250;
/** Rooms of one fleet, and the events a second they send by their own time. */
const FLEET = 14;
const FLEET_RATE = 350;
const BATCH = 2_000;
/** The adversary's part: rooms in which everything is difficult, one such log after the other. */
const ADVERSARY = { rooms: 16, minutes: 20, settleMinutes: 4, eventsPerRoomMinute: 20 } as const;
/** Beyond it every room has fallen silent, and every minute is final. */
const SETTLE_MS = 16 * MINUTE_MS;
const MISPLACED = 0.002;
const NOISE = { duplicates: 0.02, disorder: 0.02, disorderMs: 100_000, late: 0.001, malformed: 0.002 } as const;

interface Outgoing {
  readonly key: string | null;
  readonly value: Uint8Array | null;
  readonly partition: number;
}

export interface LoadOptions {
  readonly seed: string;
  /** Records a second. */
  readonly rate: number;
  /** How long it may last at most, ms; its events' times lie in the past by somewhat more. */
  readonly longestMs: number;
  /** How much faster than the clock its own time may run, 1 or more; rooms are few then. */
  readonly speed: number;
}

export interface Load {
  /** The last event of each partition that will stand in ClickHouse. */
  readonly marks: ReadonlyMap<number, number>;
  readonly sent: number;
  /** Ends the rooms, lets all minutes become final, and gives the records a second that were really sent. */
  stop(): Promise<number>;
  /** Rejects where it cannot go on. */
  readonly done: Promise<void>;
}

/** Adversarial logs one after the other: within a partition a later one begins once the earlier has ended. */
const createAdversaries = (seed: string, partitions: number, startTs: number) => {
  let chapter = 0;
  let end = startTs;
  let waiting: readonly AdversaryRecord[] = [];
  let next = 0;
  return (until: number): AdversaryRecord[] => {
    const due: AdversaryRecord[] = [];
    for (;;) {
      for (let record = waiting[next]; record !== undefined && record.at < until; record = waiting[++next])
        due.push(record);
      if (next < waiting.length || end >= until) return due;
      const log = createAdversary(`${seed}-${chapter++}`, { ...ADVERSARY, partitions, startTs: end });
      [waiting, next, end] = [log.records, 0, log.endTs + 1];
    }
  };
};

/**
 * An endless load: simulated rooms with duplicates, disorder, late, malformed and misplaced records, beside rooms in
 * which all is difficult. Its events lie in the past and carry their own ticks, so that the end need not be waited for.
 */
export const startLoad = (system: System, { seed, rate, longestMs, speed }: LoadOptions): Load => {
  const { partitions, producer } = system;
  const topic = system.topic('events');
  const random = createRandom(`${seed}/load`);
  const past = Math.ceil(longestMs * (speed + 1)) + SETTLE_MS + 2 * MINUTE_MS;
  const startTs = Math.floor((Date.now() - past) / MINUTE_MS) * MINUTE_MS;
  const count = Math.max(1, Math.round(rate / FLEET_RATE / speed));
  const fleets = Array.from({ length: count }, (_, i) =>
    createFleet(`${seed}/${i}`, { rooms: FLEET, start: startTs + i * 1_000 }),
  );
  const noise = createNoise(seed, NOISE);
  const adversary = createAdversaries(seed, partitions, startTs);
  const marks = new Map<number, number>();
  let sent = 0;
  let at = startTs;
  let isOver = false;

  const place = (room: string): number => {
    const home = placeOf(room, partitions);
    return random.chance(MISPLACED) ? (home + 1 + random.int(partitions - 1)) % partitions : home;
  };
  const send = async (records: readonly Outgoing[]): Promise<void> => {
    for (let i = 0; i < records.length; i += BATCH) {
      const batch = records.slice(i, i + BATCH);
      const placed = await producer.send(
        topic,
        batch.map(({ key, value, partition }) => ({
          key,
          value: value === null ? null : Buffer.from(value),
          partition,
        })),
      );
      noteMarks(marks, batch, placed, partitions);
      sent += batch.length;
    }
  };
  const made = (until: number): Outgoing[] => {
    noise.put(fleets.flatMap((fleet) => fleet.next(until)).sort((a, b) => a.ts - b.ts));
    const plain = noise.take(until).map(({ key, value }) => ({ key, value, partition: place(key ?? '') }));
    return [...plain, ...adversary(until)];
  };

  const begun = performance.now();
  const elapsed = (): number => (performance.now() - begun) / 1_000;
  const run = async (): Promise<void> => {
    let sending: Promise<void> = Promise.resolve();
    while (!isOver) {
      at += STEP_MS;
      const records = made(at);
      await sending;
      const early = sent / rate - elapsed();
      if (early > 0) await new Promise((next) => setTimeout(next, early * 1_000));
      sending = send(records);
      // What the steps below await may come late; a failure must be seen, not thrown to nobody.
      sending.catch(() => undefined);
    }
    await sending;
  };
  const done = run();
  done.catch(() => undefined);

  return {
    marks,
    get sent() {
      return sent;
    },
    done,
    stop: async () => {
      isOver = true;
      await done;
      const perSecond = sent / elapsed();
      noise.put(fleets.flatMap((fleet) => fleet.end(at)).sort((a, b) => a.ts - b.ts));
      await send(
        noise
          .take(at + NOISE.disorderMs)
          .map(({ key, value }) => ({ key, value, partition: placeOf(key ?? '', partitions) })),
      );
      const end = at + SETTLE_MS;
      for (; at < end; at += TICK_MS) {
        const value = Buffer.from(JSON.stringify({ v: 1, type: 'clock.tick', ts: at }));
        await send(Array.from({ length: partitions }, (_, partition) => ({ key: null, value, partition })));
      }
      return perSecond;
    },
  };
};
