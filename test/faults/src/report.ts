import { percentile } from '@liveboard/bench/report';
import type { Fault, Tally } from '@liveboard/verify';
import type { Recoveries } from './campaign.ts';

/** Until boards are fresh again, ms: after Redis was lost, and after a worker was: the group's session and 20 s. */
const REDIS_BOUND_MS = 30_000;
const INGEST_BOUND_MS = 10_000 + 20_000;
const BOUNDS: Readonly<Partial<Record<Fault, number>>> = {
  'redis-flush': REDIS_BOUND_MS,
  'redis-kill': REDIS_BOUND_MS,
  'kill-ingest': INGEST_BOUND_MS,
  'stop-ingest': INGEST_BOUND_MS,
  rescale: INGEST_BOUND_MS,
};

/** What a scenario came to: its cells, or why it failed. */
export interface Outcome {
  readonly name: string;
  readonly tally: Tally;
  readonly failed?: string;
}

const ms = (value: number): string => `${(value / 1_000).toFixed(1)} s`;

/** The faults whose recovery took longer than it may. */
export const breachesOf = (recoveries: Recoveries): string[] =>
  [...recoveries].flatMap(([fault, times]) => {
    const bound = BOUNDS[fault];
    const most = Math.max(...times);
    return bound !== undefined && most > bound ? [`${fault}: ${ms(most)}, bound ${ms(bound)}`] : [];
  });

/** The lines of the table: one a fault, one a scenario. Cells are those of the run that the faults were part of. */
export const tableOf = (recoveries: Recoveries, tally: Tally | undefined, outcomes: readonly Outcome[]): string[] => {
  const row = (...cells: readonly string[]): string =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(18) : cell.padStart(i === 4 ? 16 : 11))).join('');
  const lines = [row('fault', 'times', 'p50', 'max', 'bound', 'cells', 'differing')];
  for (const [fault, times] of recoveries) {
    const bound = BOUNDS[fault];
    lines.push(
      row(
        fault,
        String(times.length),
        ms(percentile(times, 0.5)),
        ms(Math.max(...times)),
        bound === undefined ? '-' : ms(bound),
        String(tally?.cells ?? 0),
        String(tally?.differing ?? 0),
      ),
    );
  }
  for (const { name, tally: own, failed } of outcomes)
    lines.push(
      row(name, '1', '-', '-', failed === undefined ? 'passed' : 'FAILED', String(own.cells), String(own.differing)),
    );
  return lines;
};
