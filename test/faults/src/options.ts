import { parseArgs } from 'node:util';
import { FAULTS, type Fault } from '@liveboard/verify';
import { SCENARIOS, type ScenarioName } from './scenarios/index.ts';

export const USAGE = `npm run test:faults -- [options]
  --minutes N          how long load and faults go on (default 30)
  --seed S             another schedule and another load (default 1)
  --rate R             records a second (default 5500)
  --faults NAMES       comma-separated, of ${FAULTS.join(' ')} (default all), or none
  --times N            how often each (default: ten in thirty minutes)
  --scenarios NAMES    comma-separated, of ${Object.keys(SCENARIOS).join(' ')} (default all), or none
  --outage-minutes N   then ClickHouse stopped for so long, and what it costs
  --strict             what is beyond its bound fails the run`;

export interface Options {
  readonly stack: string;
  readonly minutes: number;
  readonly seed: string;
  readonly rate: number;
  readonly faults: readonly Fault[];
  readonly times: number;
  readonly scenarios: readonly ScenarioName[];
  readonly outageMinutes: number;
  readonly strict: boolean;
}

const number = (name: string, text: string, min: number, max: number): number => {
  const n = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || n < min || n > max)
    throw new Error(`--${name}: must be a number in ${min}..${max}, not "${text}"`);
  return n;
};

const names = <T extends string>(name: string, text: string | undefined, known: readonly T[]): T[] => {
  if (text === undefined) return [...known];
  if (text === 'none') return [];
  return text.split(',').map((each) => {
    const found = known.find((one) => one === each);
    if (found === undefined) throw new Error(`--${name}: "${each}" is none of ${known.join(' ')}`);
    return found;
  });
};

/** @throws Error naming the option and its rule. */
export const readOptions = (args: readonly string[]): Options => {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      stack: text,
      minutes: { type: 'string', default: '30' },
      seed: { type: 'string', default: '1' },
      rate: { type: 'string', default: '5500' },
      faults: text,
      times: text,
      scenarios: text,
      'outage-minutes': { type: 'string', default: '0' },
      strict: { type: 'boolean', default: false },
    },
  });
  if (values.stack === undefined) throw new Error('--stack: must name the stack.json of a running stack');
  const minutes = number('minutes', values.minutes, 0.1, 600);
  return {
    stack: values.stack,
    minutes,
    seed: values.seed,
    rate: number('rate', values.rate, 50, 100_000),
    faults: names('faults', values.faults, FAULTS),
    times: values.times === undefined ? Math.max(1, Math.round(minutes / 3)) : number('times', values.times, 1, 1_000),
    scenarios: names('scenarios', values.scenarios, Object.keys(SCENARIOS) as ScenarioName[]),
    outageMinutes: number('outage-minutes', values['outage-minutes'], 0, 120),
    strict: values.strict,
  };
};
