import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createLog } from '@liveboard/runtime';
import { readAll } from './consumers.ts';
import { benchIngest } from './ingest-bench.ts';
import { publish } from './report.ts';

const USAGE = `npm run bench -- ingest [options]
  --events N    records of the backlog (default 1000000)
  --rooms N     rooms they belong to (default 400)
  --runs N      interleaved runs; the median is reported (default 3)
  --profile DIR writes a CPU profile of each run of ingest
  --out FILE    also writes the figures as JSON`;

const integer = (name: string, text: string): number => {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`--${name}: must be a whole number above 0, not "${text}"`);
  return Number(text);
};

const run = async (): Promise<void> => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      stack: { type: 'string' },
      events: { type: 'string', default: '1000000' },
      rooms: { type: 'string', default: '400' },
      runs: { type: 'string', default: '3' },
      out: { type: 'string' },
      profile: { type: 'string' },
    },
  });
  const [name, ...rest] = positionals;
  if (name === 'reader') {
    const [kind = 'noop', brokers = '', topic = ''] = rest;
    await readAll(kind, brokers.split(','), topic);
    return;
  }
  if (name !== 'ingest' || values.stack === undefined) throw new Error(USAGE);
  const stack = JSON.parse(readFileSync(values.stack, 'utf8')) as { kafka_brokers: string; redis_url: string };
  const report = await benchIngest({
    kafka: { brokers: stack.kafka_brokers.split(','), clientId: 'liveboard-bench', log: createLog('bench', 'error') },
    redisUrl: stack.redis_url,
    events: integer('events', values.events),
    rooms: integer('rooms', values.rooms),
    runs: integer('runs', values.runs),
    profile: values.profile,
  });
  publish(report, values.out);
};

run().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
