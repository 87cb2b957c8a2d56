import { readStack } from '@liveboard/infra/stack-file';
import { addTallies, connectSystem, createFaults, NOTHING, type Tally, verdictOf } from '@liveboard/verify';
import { type Campaign, runCampaign } from './campaign.ts';
import { type Options, readOptions, USAGE } from './options.ts';
import { runOutage } from './outage.ts';
import { breachesOf, type Outcome, tableOf } from './report.ts';
import { runScenario } from './scenarios/index.ts';
import { scheduleOf } from './schedule.ts';

/** A long log takes no time of its own: what is asked for goes on meanwhile. */
const SPEED = 1;

const say = (text: string): void => console.log(`  ${text}`);
const why = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const campaign = async (options: Options): Promise<Campaign | undefined> => {
  const { stack: stackFile, seed, rate, minutes, faults: names, times } = options;
  if (names.length === 0) return undefined;
  const steps = scheduleOf(seed, names, times);
  say(`seed ${seed}: ${steps.map((step) => step.join('+')).join(' ')}`);
  const system = await connectSystem(readStack(stackFile));
  const faults = createFaults(stackFile, system);
  try {
    return await runCampaign({ system, faults, stackFile, steps, minutes, seed, rate, speed: SPEED, say });
  } finally {
    await faults.end();
    await system.close();
  }
};

const scenarios = async ({ stack: stackFile, scenarios: names, seed }: Options): Promise<Outcome[]> => {
  const outcomes: Outcome[] = [];
  for (const name of names) {
    say(`scenario ${name}`);
    try {
      const tally = await runScenario(name, readStack(stackFile), seed);
      outcomes.push({ name, tally, ...(tally.differing + tally.off > 0 ? { failed: 'cells differ' } : {}) });
    } catch (error) {
      outcomes.push({ name, tally: NOTHING, failed: why(error) });
    }
    const { failed } = outcomes.at(-1) ?? {};
    say(`scenario ${name}: ${failed === undefined ? 'passed' : `FAILED: ${failed}`}`);
  }
  return outcomes;
};

const run = async (options: Options): Promise<boolean> => {
  const done = await campaign(options);
  const outcomes = await scenarios(options);
  const ofOutage = options.outageMinutes > 0 ? await runOutage(readStack(options.stack), options, say) : [];
  const recoveries = done?.recoveries ?? new Map();
  const tally = [done?.tally ?? NOTHING, ...outcomes.map((outcome): Tally => outcome.tally)].reduce(addTallies);
  for (const [kind, count] of tally.kinds) say(`${count} differ in ${kind}`);
  for (const text of tally.said) say(`differs: ${text}`);
  for (const line of tableOf(recoveries, done?.tally, outcomes)) console.log(line);
  const breaches = [...breachesOf(recoveries), ...ofOutage];
  for (const breach of breaches) console.log(`beyond its bound: ${breach}`);
  const failed = outcomes.filter((outcome) => outcome.failed !== undefined);
  for (const { name, failed: reason } of failed) console.log(`failed: ${name}: ${reason}`);
  const count = [...recoveries.values()].reduce((sum, times) => sum + times.length, 0);
  console.log(`faults: ${count + outcomes.length} faults, ${verdictOf(tally)}`);
  const isStrict = options.strict && breaches.length > 0;
  return tally.differing === 0 && tally.off === 0 && failed.length === 0 && !isStrict;
};

try {
  process.exitCode = (await run(readOptions(process.argv.slice(2)))) ? 0 : 1;
} catch (error) {
  console.error(why(error));
  console.error(USAGE);
  process.exitCode = 1;
}
