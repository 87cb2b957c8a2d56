import {
  checkPartitions,
  type Fault,
  type Faults,
  OF_HISTORY,
  type System,
  type Tally,
  until,
} from '@liveboard/verify';
import { type LoadOptions, startLoad } from './load.ts';
import type { Step } from './schedule.ts';

/** What has not recovered by then never will. */
const RECOVERY_MS = 240_000;
const SETTLE_MS = 300_000;

/** How long it took from the end of each damage until boards, or history, were as new as the log had been, ms. */
export type Recoveries = ReadonlyMap<Fault, readonly number[]>;

export interface CampaignOptions extends Omit<LoadOptions, 'longestMs'> {
  readonly system: System;
  readonly faults: Faults;
  /** The `stack.json` by which everything is compared at the end. */
  readonly stackFile: string;
  readonly steps: readonly Step[];
  readonly minutes: number;
  readonly say: (text: string) => void;
}

export interface Campaign {
  readonly recoveries: Recoveries;
  /** Records a second that were really sent. */
  readonly rate: number;
  readonly tally: Tally;
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(1);

/** Load goes on while the steps are done one after the other, spread over the minutes; then every cell is compared. */
export const runCampaign = async (options: CampaignOptions): Promise<Campaign> => {
  const { system, faults, steps, minutes, say } = options;
  const totalMs = minutes * 60_000;
  const load = startLoad(system, { ...options, longestMs: totalMs + steps.length * RECOVERY_MS });
  const recoveries = new Map<Fault, number[]>();
  const begun = performance.now();
  const passed = (): number => performance.now() - begun;

  const recover = async (fault: Fault): Promise<void> => {
    await faults.inject(fault);
    const from = performance.now();
    // Something that came after the fault must be there: what came before it may have been told already.
    const ends = new Map([...(await system.ends())].map(([n, end]) => [n, end === 0 ? 0 : end + 1]));
    const marks = new Map(load.marks);
    const isOfHistory = OF_HISTORY.has(fault);
    const what = isOfHistory ? 'history caught up' : 'boards fresh';
    await until(
      `${what} after ${fault}`,
      () => (isOfHistory ? system.isWritten(marks) : system.isFresh(ends)),
      RECOVERY_MS,
    );
    const took = performance.now() - from;
    recoveries.set(fault, [...(recoveries.get(fault) ?? []), took]);
    say(`${seconds(passed())} s  ${fault}: ${what} after ${seconds(took)} s`);
  };

  const doSteps = async (): Promise<void> => {
    for (const [i, step] of steps.entries()) {
      const due = (totalMs * (i + 0.5)) / steps.length - passed();
      if (due > 0) await new Promise((next) => setTimeout(next, due));
      if (step.length > 1) say(`${seconds(passed())} s  at once: ${step.join(', ')}`);
      await Promise.all(step.map(recover));
    }
    const rest = totalMs - passed();
    if (rest > 0) await new Promise((next) => setTimeout(next, rest));
  };

  // A load that failed ends the run at once.
  await Promise.race([doSteps(), load.done]);
  const rate = await load.stop();
  await faults.end();
  say(`${load.sent} records sent, ${Math.round(rate)} a second; waiting for all of it to be read`);
  await until('everything read and checkpointed', system.isSettled, SETTLE_MS);
  const redisWasLost = steps.flat().some((fault) => fault.startsWith('redis-'));
  say('counting the log again, partition by partition');
  const tally = await checkPartitions(options.stackFile, system.partitions, redisWasLost);
  say(`${tally.records} records counted again; the largest process took ${tally.rssMb} MiB`);
  return { recoveries, rate, tally };
};
