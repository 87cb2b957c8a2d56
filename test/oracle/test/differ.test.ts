import fc from 'fast-check';
import { expect, it } from 'vitest';
import { differ } from './differ.ts';
import { logOfSteps, type Step, steps, stepsOfDays, stepsOfLife } from './small-logs.ts';

const RUNS = Number(process.env.DIFFER_RUNS ?? 120);
const SEED = Number(process.env.DIFFER_SEED ?? Date.now() % 1_000_000);

function same(list: readonly Step[], batch: number, restart: number, replayed: boolean): void {
  const records = logOfSteps(list, replayed);
  const restarts = [restart % records.length];
  expect(differ(records, { partition: 0, partitions: 1, batch, restarts }).differ).toEqual([]);
}

const batch = fc.integer({ min: 1, max: 9 });

it.each([
  ['small logs', 1, steps],
  ['small logs of days', 1, stepsOfDays],
  ['rooms that sell', 0.25, stepsOfLife],
])(`counts %s as the oracle does (seed ${SEED})`, { timeout: 600_000 }, (_, share, list) => {
  fc.assert(fc.property(list, batch, fc.nat(), fc.boolean(), same), { seed: SEED, numRuns: Math.ceil(RUNS * share) });
});
