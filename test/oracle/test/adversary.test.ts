import { createAdversary } from '@liveboard/simulator';
import { expect, it } from 'vitest';
import type { OracleRecord } from '../src/index.ts';
import { differ } from './differ.ts';

const START = Date.UTC(2026, 2, 1, 10);
const PARTITIONS = 3;

/** The adversary's log as it lies in one partition: appended when produced. */
function logOf(seed: string, minutes: number, eventsPerRoomMinute: number, partition: number): OracleRecord[] {
  const { records } = createAdversary(seed, {
    rooms: 18,
    minutes,
    startTs: START,
    eventsPerRoomMinute,
    partitions: PARTITIONS,
  });
  return records
    .filter((record) => record.partition === partition)
    .map(({ at, value }, offset) => ({ offset, append: at, value }));
}

it.each([
  ['steady', 24, 25],
  ['hour', 75, 5],
  ['short', 7, 30],
])('counts the adversary %s as the oracle does', { timeout: 120_000 }, (seed, minutes, perMinute) => {
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    const records = logOf(seed, minutes, perMinute, partition);
    const cuts = [records.length, Math.floor(records.length * 0.61)];
    for (const length of cuts) {
      const { differ: found, compared } = differ(records.slice(0, length), {
        partition,
        partitions: PARTITIONS,
        batch: 97,
        restarts: [Math.floor(length / 2)],
      });
      expect(compared).toBeGreaterThan(1_000);
      expect(found.slice(0, 20)).toEqual([]);
    }
  }
});
