import { readStack } from '@liveboard/infra/stack-file';
import { createRandom } from '@liveboard/simulator';
import { checkPartition } from './check-partition.ts';
import { createFaults, type Fault, OF_HISTORY, TIMES } from './faults.ts';
import { sendLoad } from './load.ts';
import { type Options, readOptions, USAGE } from './options.ts';
import { checkPartitions, verdictOf } from './partitions.ts';
import { connectSystem } from './system.ts';
import { until } from './wait.ts';

const SETTLE_MS = 120_000;

const say = (text: string): void => console.log(`  ${text}`);

const scheduleOf = ({ faults, seed }: Options): Fault[] => {
  const random = createRandom(`${seed}/schedule`);
  const all = faults.flatMap((fault) => Array.from({ length: TIMES[fault] }, () => ({ fault, at: random.next() })));
  return all.sort((a, b) => a.at - b.at).map(({ fault }) => fault);
};

const run = async (options: Options): Promise<boolean> => {
  const system = await connectSystem(readStack(options.stack));
  const faults = createFaults(options.stack, system);
  try {
    const recoveries = await sendLoad(system, faults, {
      seed: options.seed,
      rooms: options.rooms,
      minutes: options.minutes,
      eventsPerRoomMinute: options.events,
      schedule: scheduleOf(options),
      say,
    });
    await faults.end();
    await until('everything read and checkpointed', system.isSettled, SETTLE_MS);
    for (const [fault, times] of recoveries) {
      const sorted = [...times].sort((a, b) => a - b);
      const [middle = 0, last = 0] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
      const what = OF_HISTORY.has(fault) ? 'history caught up' : 'boards fresh';
      say(`${fault}: ${times.length} times, ${what} after p50 ${middle} ms, at most ${last} ms`);
    }
    say('counting the log again, partition by partition');
    const redisWasLost = options.faults.some((fault) => fault.startsWith('redis-'));
    const tally = await checkPartitions(options.stack, system.partitions, redisWasLost);
    say(`${tally.records} records counted again; the largest process took ${tally.rssMb} MiB`);
    for (const [kind, count] of tally.kinds) say(`${count} differ in ${kind}`);
    for (const text of tally.said) say(`differs: ${text}`);
    console.log(`verify: ${verdictOf(tally)}`);
    return tally.differing === 0 && tally.off === 0;
  } finally {
    await faults.end();
    await system.close();
  }
};

const [first, ...rest] = process.argv.slice(2);
if (first === 'partition') {
  // One of the processes of `checkPartitions`.
  const [partition, stackFile = '', redis] = rest;
  console.log(JSON.stringify(await checkPartition(stackFile, Number(partition), redis !== undefined)));
} else
  try {
    process.exitCode = (await run(readOptions(process.argv.slice(2)))) ? 0 : 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    console.error(USAGE);
    process.exitCode = 1;
  }
