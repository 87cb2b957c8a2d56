import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { serviceArgs } from '@liveboard/infra/services';
import type { Stack } from './stack.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** One worker of a test's own, beside whatever the stack runs. */
export interface WorkerProcess {
  readonly pid: number;
  /** Everything it said. */
  log(): string;
  kill(signal: NodeJS.Signals): void;
  /** Resolves to the exit code; null where a signal ended it. */
  readonly exit: Promise<number | null>;
}

export interface WorkerSettings {
  readonly namespace: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A module that is loaded before the worker's own. */
  readonly preload?: string | undefined;
}

const children = new Set<ChildProcess>();

const spawnWorker = (
  service: 'ingest' | 'history',
  stack: Stack,
  { namespace, env, preload }: WorkerSettings,
): WorkerProcess => {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('LIVEBOARD_'));
  const loaded = preload === undefined ? [] : ['--import', preload];
  const child = spawn(process.execPath, [...loaded, ...serviceArgs(service)], {
    cwd: root,
    env: {
      ...Object.fromEntries(inherited),
      KAFKA_BROKERS: stack.kafka_brokers,
      LIVEBOARD_NAMESPACE: namespace,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  let said = '';
  const hear = (chunk: Buffer): void => {
    said += chunk.toString();
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  const exit = new Promise<number | null>((done) => {
    child.once('exit', (code) => {
      children.delete(child);
      done(code);
    });
  });
  return {
    pid: child.pid ?? -1,
    log: () => said,
    kill: (signal) => {
      child.kill(signal);
    },
    exit,
  };
};

/** Starts the built ingest against the stack's Kafka and Redis, without ticks. */
export const spawnIngest = (stack: Stack, settings: WorkerSettings): WorkerProcess =>
  spawnWorker('ingest', stack, {
    ...settings,
    env: {
      REDIS_URL: stack.redis_url,
      LIVEBOARD_INGEST_TICKS: 'off',
      LIVEBOARD_INGEST_CHECKPOINT_MS: '500',
      ...settings.env,
    },
  });

/** Starts the built history against the stack's Kafka and ClickHouse; what is acknowledged it commits at once. */
export const spawnHistory = (stack: Stack, settings: WorkerSettings): WorkerProcess =>
  spawnWorker('history', stack, {
    ...settings,
    env: {
      CLICKHOUSE_URL: stack.clickhouse_url,
      LIVEBOARD_HISTORY_COMMIT_AGE_MS: '0',
      LIVEBOARD_HISTORY_CHECKPOINT_MS: '500',
      ...settings.env,
    },
  });

/** Ends every worker that a test left running. */
export const endWorkers = (): void => {
  for (const child of children) child.kill('SIGKILL');
};
