import { readStack } from '@liveboard/infra/stack-file';
import { createRandom } from '@liveboard/simulator';
import { checkAll } from './check.ts';
import { createDiffer } from './diff.ts';
import { createFaults, type Fault, TIMES } from './faults.ts';
import { sendLoad } from './load.ts';
import { type Options, readOptions, USAGE } from './options.ts';
import { recount } from './recount.ts';
import { connectSystem } from './system.ts';
import { until } from './wait.ts';
import { readWritten } from './written.ts';

const SETTLE_MS = 120_000;

const say = (text: string): void => console.log(`  ${text}`);

const scheduleOf = ({ faults, seed }: Options): Fault[] => {
  const random = createRandom(`${seed}/schedule`);
  const all = faults.flatMap((fault) => Array.from({ length: TIMES[fault] }, () => ({ fault, at: random.next() })));
  return all.sort((a, b) => a.at - b.at).map(({ fault }) => fault);
};

const run = async (options: Options): Promise<boolean> => {
  const stack = readStack(options.stack);
  const system = await connectSystem(stack);
  const addIngest = [process.execPath, 'scripts/service.mjs', 'ingest', '--stack', options.stack];
  const faults = createFaults(options.stack, system, addIngest);
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
      say(`${fault}: ${times.length} times, boards fresh after p50 ${middle} ms, at most ${last} ms`);
    }
    const [events, minutes, quarantine] = [
      await system.read('events'),
      await system.read('minutes'),
      await system.read('quarantine'),
    ];
    say(`counting ${events.length} records again; ${minutes.length} records of live.minutes`);
    const redisWasLost = options.faults.some((fault) => fault.startsWith('redis-'));
    const differ = createDiffer();
    const off = await checkAll(
      differ,
      recount(events, { partitions: system.partitions, generation: stack.generation }),
      readWritten(minutes, quarantine),
      system,
      redisWasLost,
    );
    for (const [kind, count] of differ.kinds) say(`${count} differ in ${kind}`);
    for (const text of differ.said) say(`differs: ${text}`);
    console.log(
      `verify: ${differ.cells} cells compared, ${differ.differing} differ, ledger ${off === 0 ? 'balanced' : `off by ${off}`}`,
    );
    return differ.differing === 0 && off === 0;
  } finally {
    await faults.end();
    await system.close();
  }
};

try {
  process.exitCode = (await run(readOptions(process.argv.slice(2)))) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error(USAGE);
  process.exitCode = 1;
}
