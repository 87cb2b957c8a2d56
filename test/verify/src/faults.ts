import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { processOf } from '@liveboard/infra/stack-file';
import type { System } from './system.ts';
import { until } from './wait.ts';

export const FAULTS = [
  'kill-ingest',
  'redis-flush',
  'redis-kill',
  'rescale',
  'stop-ingest',
  'kill-history',
  'kill-clickhouse',
] as const;
export type Fault = (typeof FAULTS)[number];

/** Faults that boards do not notice: what recovers from them is history. */
export const OF_HISTORY: ReadonlySet<Fault> = new Set(['kill-history', 'kill-clickhouse']);

/** How often each is done in one run. */
export const TIMES: Readonly<Record<Fault, number>> = {
  'kill-ingest': 10,
  'redis-flush': 4,
  'redis-kill': 4,
  rescale: 2,
  'stop-ingest': 1,
  'kill-history': 4,
  'kill-clickhouse': 3,
};

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** Longer than a session of the group: another worker has the partitions by then, or would have. */
const STOPPED_MS = 45_000;
const STEP_MS = 60_000;

export interface Faults {
  /** Does it; resolves when the damage is done, before anything has recovered. */
  inject(fault: Fault): Promise<void>;
  /** Ends what is still under way: a stopped worker goes on, an added one leaves. */
  end(): Promise<void>;
}

export const createFaults = (stackFile: string, system: Pick<System, 'flush'>): Faults => {
  const addIngest = ['scripts/service.mjs', 'ingest', '--stack', stackFile];
  let added: ChildProcess | undefined;

  const pidOf = async (name: string): Promise<number> => {
    let pid: number | undefined;
    await until(
      `${name} runs`,
      async () => {
        pid = processOf(stackFile, name)?.pid;
        return pid !== undefined;
      },
      STEP_MS,
    );
    return pid as number;
  };

  const leave = async (): Promise<void> => {
    const child = added;
    added = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const gone = new Promise((done) => child.once('exit', done));
    child.kill('SIGTERM');
    await gone;
  };

  return {
    inject: async (fault) => {
      switch (fault) {
        case 'redis-kill':
          process.kill(await pidOf('redis'), 'SIGKILL');
          return;
        case 'redis-flush':
          await system.flush();
          return;
        case 'stop-ingest': {
          const pid = await pidOf('ingest');
          process.kill(pid, 'SIGSTOP');
          await new Promise((next) => setTimeout(next, STOPPED_MS));
          process.kill(pid, 'SIGCONT');
          return;
        }
        case 'rescale': {
          // Comes the first time, leaves the second time.
          if (added !== undefined) return leave();
          added = spawn(process.execPath, addIngest, { cwd: ROOT, stdio: 'ignore' });
          return;
        }
        case 'kill-ingest':
        case 'kill-history':
        case 'kill-clickhouse':
          process.kill(await pidOf(fault.slice('kill-'.length)), 'SIGKILL');
      }
    },
    end: leave,
  };
};
