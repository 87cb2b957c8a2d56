import { readStack } from '@liveboard/infra/stack-file';
import { createLog } from '@liveboard/runtime';
import { benchCheckpoint } from './checkpoint-bench.ts';
import { readAll } from './consumers.ts';
import { benchFreshness } from './freshness-bench.ts';
import { benchIngest } from './ingest-bench.ts';
import { type Options, readOptions } from './options.ts';
import { type Load, produce } from './producer.ts';
import { publish, type Report } from './report.ts';

const measure = (options: Options): Promise<Report> => {
  const stack = readStack(options.stack);
  const kafka = {
    brokers: stack.kafka_brokers.split(','),
    clientId: 'liveboard-bench',
    log: createLog('bench', 'error'),
  };
  const { number } = options;
  switch (options.bench) {
    case 'ingest':
      return benchIngest({
        kafka,
        redisUrl: stack.redis_url,
        events: number('events'),
        rooms: number('rooms'),
        runs: number('runs'),
        growth: options.growth,
        profile: options.profile,
      });
    case 'freshness':
      return benchFreshness({
        kafka,
        stack,
        rooms: number('rooms'),
        rate: number('rate'),
        seconds: number('minutes') * 60,
      });
    case 'checkpoint':
      return benchCheckpoint({
        kafka,
        redisUrl: stack.redis_url,
        users: number('users'),
        rooms: number('rooms'),
        runs: number('runs'),
      });
  }
};

/** Benches run parts of theirs in processes of their own: this file again, told which part. */
const run = async ([name, ...rest]: readonly string[]): Promise<void> => {
  const [first = '', second = '', third = ''] = rest;
  if (name === 'reader') return readAll(first, second.split(','), third);
  if (name === 'producer') return produce(JSON.parse(first) as Load);
  const options = readOptions(process.argv.slice(2));
  publish(await measure(options), options.out);
};

run(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
