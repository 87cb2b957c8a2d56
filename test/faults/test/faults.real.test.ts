import { createOwnNames, endWorkers, spawnHistory, spawnIngest, testStack } from '@liveboard/e2e';
import { connectSystem, type Fault, until } from '@liveboard/verify';
import { afterAll, expect, it } from 'vitest';
import { runCampaign } from '../src/campaign.ts';
import { runScenario } from '../src/scenarios/index.ts';
import { scheduleOf } from '../src/schedule.ts';

afterAll(endWorkers);

/** Those that a test may do to workers and names of its own, on servers that others use too. */
const OURS = ['kill-ingest', 'redis-flush', 'kill-history', 'rescale'] as const satisfies readonly Fault[];

/** The short form of `npm run test:faults`. */
it('writes the same cells through faults under load', async () => {
  const { namespace, stack, file: stackFile, remove } = await createOwnNames();
  const system = await connectSystem(stack);
  let [ingest, history] = [spawnIngest(stack, { namespace }), spawnHistory(stack, { namespace })];
  const inject = async (fault: Fault): Promise<void> => {
    if (fault === 'redis-flush') return system.forget();
    if (fault === 'rescale') {
      spawnIngest(stack, { namespace });
      return;
    }
    const killed = fault === 'kill-history' ? history : ingest;
    killed.kill('SIGKILL');
    await killed.exit;
    if (killed === history) history = spawnHistory(stack, { namespace });
    else ingest = spawnIngest(stack, { namespace });
  };
  try {
    // History makes its tables at its start.
    await until('history is there', () => system.isWritten(new Map()), 60_000);
    const { recoveries, tally } = await runCampaign({
      system,
      faults: { inject, end: async () => undefined },
      stackFile,
      steps: scheduleOf('short', OURS, 1),
      minutes: 0.4,
      seed: 'short',
      rate: 400,
      speed: 4,
      say: () => undefined,
    });
    expect(tally.said).toEqual([]);
    expect([tally.differing, tally.off]).toEqual([0, 0]);
    expect(tally.cells).toBeGreaterThan(100_000);
    expect([...recoveries.keys()].sort()).toEqual([...OURS].sort());
  } finally {
    await system.close();
    remove();
  }
}, 240_000);

it('writes the same cells where the clocks of workers are off by ten minutes', async () => {
  const { cells, differing, off, said } = await runScenario('clocks-off', testStack(), 'short');
  expect(said).toEqual([]);
  expect([differing, off]).toEqual([0, 0]);
  expect(cells).toBeGreaterThan(1_000);
}, 180_000);
