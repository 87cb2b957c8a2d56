import { type AdversaryRecord, createAdversary, createRandom } from '@liveboard/simulator';
import { type Fault, type Faults, OF_HISTORY } from './faults.ts';
import { noteMarks } from './marks.ts';
import type { System } from './system.ts';
import { until } from './wait.ts';

const MINUTE_MS = 60_000;
const BATCH = 500;
/** A crashed worker's partitions are given on after 10 s; the rest is for reading the log again. */
const RECOVERY_MS = 90_000;

export interface LoadOptions {
  readonly seed: string;
  readonly rooms: number;
  readonly minutes: number;
  readonly eventsPerRoomMinute: number;
  readonly schedule: readonly Fault[];
  readonly say: (text: string) => void;
}

/** How long boards, or history, took to be as new as the log was at the fault, ms. */
export type Recoveries = Map<Fault, number[]>;

/** Sends an adversarial log, with the faults spread over it. Its events lie in the past, and its own ticks move time. */
export const sendLoad = async (system: System, faults: Faults, options: LoadOptions): Promise<Recoveries> => {
  const { seed, rooms, minutes, schedule, say } = options;
  const settleMinutes = 4;
  const { records } = createAdversary(seed, {
    rooms,
    minutes,
    settleMinutes,
    eventsPerRoomMinute: options.eventsPerRoomMinute,
    partitions: system.partitions,
    startTs: Date.now() - (minutes + settleMinutes + 2) * MINUTE_MS,
    nowTs: Date.now(),
  });
  say(`${records.length} records of ${rooms} rooms over ${minutes} minutes`);
  const random = createRandom(`${seed}/faults`);
  const recoveries: Recoveries = new Map();
  const topic = system.topic('events');

  /** The last event of each partition that must stand in ClickHouse, whatever its verdict. */
  const marks = new Map<number, number>();
  const send = async (part: readonly AdversaryRecord[]): Promise<void> => {
    for (let i = 0; i < part.length; i += BATCH) {
      const batch = part.slice(i, i + BATCH);
      const placed = await system.producer.send(
        topic,
        batch.map(({ key, value, partition }) => ({
          key,
          value: value === null ? null : Buffer.from(value),
          partition,
        })),
      );
      noteMarks(marks, batch, placed, system.partitions);
    }
  };

  const parts = schedule.length + 1;
  const size = Math.ceil(records.length / parts);
  for (let i = 0; i < parts; i++) {
    const part = records.slice(i * size, (i + 1) * size);
    const fault = schedule[i];
    if (fault === undefined) {
      await send(part);
      continue;
    }
    // Somewhere within the part, while it is read.
    const cut = random.int(part.length);
    await send(part.slice(0, cut));
    const begun = Date.now();
    const [, ends] = await Promise.all([faults.inject(fault), send(part.slice(cut)).then(() => system.ends())]);
    const [what, isBack] = OF_HISTORY.has(fault)
      ? ['history caught up', () => system.isWritten(marks)]
      : ['boards fresh', () => system.isFresh(ends)];
    await until(`${what} after ${fault}`, isBack, RECOVERY_MS);
    const took = Date.now() - begun;
    recoveries.set(fault, [...(recoveries.get(fault) ?? []), took]);
    say(`${fault}: ${what} after ${(took / 1_000).toFixed(1)} s`);
  }
  return recoveries;
};
