import { parseArgs } from 'node:util';
import { FAULTS, type Fault } from './faults.ts';

export const USAGE = `npm run verify -- [options]
  --seed N         another log (default 1)
  --faults NAMES   comma-separated, of ${FAULTS.join(' ')}
  --rooms N        rooms of the log (default 48)
  --minutes N      minutes with events (default 30)
  --events N       events a room and minute, in the mean (default 60)`;

export interface Options {
  readonly stack: string;
  readonly seed: string;
  readonly faults: readonly Fault[];
  readonly rooms: number;
  readonly minutes: number;
  readonly events: number;
}

const integer = (name: string, text: string, min: number, max: number): number => {
  const n = Number(text);
  if (!/^\d+$/.test(text) || n < min || n > max) throw new Error(`--${name}: must be an integer in ${min}..${max}`);
  return n;
};

/** @throws Error naming the option and its rule. */
export const readOptions = (args: readonly string[]): Options => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      stack: { type: 'string' },
      seed: { type: 'string', default: '1' },
      faults: { type: 'string', default: '' },
      rooms: { type: 'string', default: '48' },
      minutes: { type: 'string', default: '30' },
      events: { type: 'string', default: '60' },
    },
  });
  if (values.stack === undefined) throw new Error('--stack: must name the stack.json of a running stack');
  const names = values.faults.split(',').filter((name) => name !== '');
  const faults = names.map((name) => {
    const fault = FAULTS.find((each) => each === name);
    if (fault === undefined) throw new Error(`--faults: "${name}" is none of ${FAULTS.join(' ')}`);
    return fault;
  });
  return {
    stack: values.stack,
    seed: values.seed,
    faults: [...new Set(faults)],
    rooms: integer('rooms', values.rooms, 1, 2_000),
    minutes: integer('minutes', values.minutes, 4, 600),
    events: integer('events', values.events, 1, 10_000),
  };
};
