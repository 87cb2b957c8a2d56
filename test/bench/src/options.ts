import { parseArgs } from 'node:util';

export const USAGE = `npm run bench -- ingest | freshness | checkpoint [options]
ingest, on a backlog, beside consumers that do less
  --events N    records of the backlog (default 3000000; short 30000)
  --rooms N     rooms they belong to (default 400; short 28)
  --runs N      interleaved runs; the median is reported (default 5; short 1)
  --growth      also with twice the rooms, and with a tenth of the users (default; --no-growth and --short leave it out)
  --profile DIR writes a CPU profile of each run of ingest
freshness, from Kafka's acknowledgement to the frame at a client
  --rate N      events a second (default 20000; short 500)
  --minutes N   how long (default 5; short a fifth of one)
  --rooms N     rooms they belong to (default 400; short 10)
checkpoint, the longest turn of ingest's event loop while one is made
  --users N     people on the partition (default 500000; short 5000)
  --rooms N     rooms they are in (default 20; short 4)
  --runs N      checkpoints that are measured (default 10; short 2)
all
  --short       a small form that shows that it works
  --out FILE    also writes the figures as JSON`;

const number = (name: string, text: string, pattern: RegExp, rule: string): number => {
  if (!pattern.test(text) || Number(text) <= 0) throw new Error(`--${name}: must be ${rule}, not "${text}"`);
  return Number(text);
};

/** Which options a bench has, with their defaults: the long form's and the short one's. */
const DEFAULTS = {
  ingest: { events: ['3000000', '30000'], rooms: ['400', '28'], runs: ['5', '1'] },
  freshness: { rate: ['20000', '500'], minutes: ['5', '0.2'], rooms: ['400', '10'] },
  checkpoint: { users: ['500000', '5000'], rooms: ['20', '4'], runs: ['10', '2'] },
} as const;
export type BenchName = keyof typeof DEFAULTS;

export interface Options {
  readonly bench: BenchName;
  readonly stack: string;
  readonly out: string | undefined;
  readonly profile: string | undefined;
  readonly growth: boolean;
  /** The bench's numbers by their option's name. */
  number(name: 'events' | 'rooms' | 'runs' | 'rate' | 'minutes' | 'users'): number;
}

/** @throws Error that names the option and its rule, or how to use the command. */
export const readOptions = (args: readonly string[]): Options => {
  const text = { type: 'string' } as const;
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    allowNegative: true,
    options: {
      stack: text,
      out: text,
      profile: text,
      events: text,
      rooms: text,
      runs: text,
      rate: text,
      minutes: text,
      users: text,
      growth: { type: 'boolean' },
      short: { type: 'boolean' },
    },
  });
  const [name = ''] = positionals;
  if (!Object.hasOwn(DEFAULTS, name) || positionals.length > 1 || values.stack === undefined) throw new Error(USAGE);
  const bench = name as BenchName;
  const short = values.short === true;
  const own: Readonly<Record<string, readonly [string, string]>> = DEFAULTS[bench];
  const numbers = new Map<string, number>();
  for (const option of ['events', 'rooms', 'runs', 'rate', 'minutes', 'users'] as const) {
    const given = values[option];
    const fallback = own[option];
    if (fallback === undefined) {
      if (given !== undefined) throw new Error(`--${option}: is no option of ${bench}\n${USAGE}`);
      continue;
    }
    const value = given ?? fallback[short ? 1 : 0];
    numbers.set(
      option,
      option === 'minutes'
        ? number(option, value, /^\d+(\.\d+)?$/, 'a number above 0')
        : number(option, value, /^\d+$/, 'a whole number above 0'),
    );
  }
  return {
    bench,
    stack: values.stack,
    out: values.out,
    profile: values.profile,
    growth: values.growth ?? !short,
    number: (option) => {
      const value = numbers.get(option);
      if (value === undefined) throw new Error(`${bench} has no ${option}`);
      return value;
    },
  };
};
