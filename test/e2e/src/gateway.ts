import { type ChildProcess, spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, isReady, until } from '@liveboard/infra/ports';
import { serviceArgs, serviceEnv } from '@liveboard/infra/services';
import type { Stack } from './stack.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A gateway process of the test's own, as `npm run service` would start it. */
export interface OwnGateway {
  readonly url: string;
  readonly port: number;
  /** What it wrote to its log. */
  readonly log: () => string;
  /** Its exit code once it has ended; null where a signal ended it. */
  readonly ended: Promise<number | null>;
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts the built gateway beside `stack` and waits until it is what is wanted; `env` overrides what the stack tells it. */
export const startGateway = async (
  stack: Omit<Stack, 'clickhouse_url'>,
  file: string,
  env: Readonly<Record<string, string>> = {},
  wanted: 'ready' | 'alive' = 'ready',
): Promise<OwnGateway> => {
  const port = await freePort();
  const own = { ...serviceEnv('gateway', { root, dir: dirname(file), stack, port }), LIVEBOARD_LOG_LEVEL: 'debug' };
  // A setting that a service does not know stops it.
  const inherited = Object.fromEntries(Object.entries(own).filter(([name]) => name !== 'LIVEBOARD_TEST_STACK'));
  const child: ChildProcess = spawn(process.execPath, [...serviceArgs('gateway')], {
    cwd: root,
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      log += chunk.toString();
    });
  const ended = new Promise<number | null>((done) => child.once('exit', done));
  const isAlive = () =>
    fetch(`http://127.0.0.1:${port}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
  if (!(await until(() => (wanted === 'ready' ? isReady(port) : isAlive()), 30_000))) {
    child.kill('SIGKILL');
    throw new Error(`the test’s gateway was not ${wanted}:\n${log}`);
  }
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    log: () => log,
    ended,
    kill: async (signal = 'SIGKILL') => {
      child.kill(signal);
      await ended;
    },
  };
};
