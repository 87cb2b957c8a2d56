import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Stack } from './stack.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** One ingest process of a test's own, beside whatever the stack runs. */
export interface IngestProcess {
  readonly pid: number;
  /** Everything it said. */
  log(): string;
  kill(signal: NodeJS.Signals): void;
  /** Resolves to the exit code; null where a signal ended it. */
  readonly exit: Promise<number | null>;
}

export interface IngestSettings {
  readonly namespace: string;
  readonly env?: Readonly<Record<string, string>>;
}

const children = new Set<ChildProcess>();

/** Starts the built worker against the stack's Kafka and Redis, without ticks. */
export const spawnIngest = (stack: Stack, { namespace, env = {} }: IngestSettings): IngestProcess => {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('LIVEBOARD_'));
  const child = spawn(process.execPath, ['--enable-source-maps', 'services/ingest/dist/main.js'], {
    cwd: root,
    env: {
      ...Object.fromEntries(inherited),
      KAFKA_BROKERS: stack.kafka_brokers,
      REDIS_URL: stack.redis_url,
      LIVEBOARD_NAMESPACE: namespace,
      LIVEBOARD_INGEST_TICKS: 'off',
      LIVEBOARD_INGEST_CHECKPOINT_MS: '500',
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

/** Ends every worker that a test left running. */
export const endIngests = (): void => {
  for (const child of children) child.kill('SIGKILL');
};
