import type { Stack } from '@liveboard/e2e';
import type { Tally } from '@liveboard/verify';
import { clocksOff } from './clocks.ts';
import { logDeleted, logRecreated } from './lost-log.ts';
import { createPlace, type Place } from './place.ts';
import { answersLost, rescale, stopOne } from './two-workers.ts';

type Scenario = (place: Place, seed: string, stack: Stack) => Promise<Tally>;

/** What would disturb the load, each with names of its own on the stack's servers. */
export const SCENARIOS = {
  'log-deleted': logDeleted,
  'log-recreated': logRecreated,
  'two-workers': rescale,
  'stop-one-of-two': stopOne,
  'clocks-off': clocksOff,
  'answers-lost': answersLost,
} as const satisfies Record<string, Scenario>;
export type ScenarioName = keyof typeof SCENARIOS;

/** Runs one. @throws Error that says what was not as it must be. */
export const runScenario = async (name: ScenarioName, stack: Stack, seed: string): Promise<Tally> => {
  const place = await createPlace(stack);
  try {
    const scenario: Scenario = SCENARIOS[name];
    return await scenario(place, `${seed}-${name}`, stack);
  } finally {
    await place.close();
  }
};
