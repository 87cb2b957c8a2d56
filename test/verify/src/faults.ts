import { type ChildProcess, spawn } from 'node:child_process';
import { processOf } from '@liveboard/infra/stack-file';
import type { System } from './system.ts';
import { until } from './wait.ts';

export const FAULTS = ['kill-ingest', 'redis-flush', 'redis-kill', 'rescale', 'stop-ingest'] as const;
export type Fault = (typeof FAULTS)[number];

/** How often each is done in one run. */
export const TIMES: Readonly<Record<Fault, number>> = {
  'kill-ingest': 10,
  'redis-flush': 4,
  'redis-kill': 4,
  rescale: 2,
  'stop-ingest': 1,
};

/** Longer than a session of the group: another worker has the partitions by then, or would have. */
const STOPPED_MS = 45_000;
const STEP_MS = 60_000;

export interface Faults {
  /** Does it; resolves when the damage is done, before anything has recovered. */
  inject(fault: Fault): Promise<void>;
  /** Ends what is still under way: a stopped worker goes on, an added one leaves. */
  end(): Promise<void>;
}

export const createFaults = (stackFile: string, system: System, addIngest: readonly string[]): Faults => {
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
        case 'kill-ingest':
          process.kill(await pidOf('ingest'), 'SIGKILL');
          return;
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
          const [command = '', ...args] = addIngest;
          added = spawn(command, args, { stdio: 'ignore' });
        }
      }
    },
    end: leave,
  };
};
