import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, isOpen, until } from '@liveboard/infra/ports';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const START_MS = 30_000;

/** A ClickHouse of the test's own, the engine behind its front, which it may kill without disturbing others. */
export interface OwnClickhouse {
  readonly url: string;
  /** Ends it without warning; what it holds stays where it is. */
  kill(): Promise<void>;
  /** Starts it again on what it held. */
  start(): Promise<void>;
  /** Ends it; what it held is gone. */
  stop(): Promise<void>;
}

export const startClickhouse = async (): Promise<OwnClickhouse> => {
  const dir = mkdtempSync(join(tmpdir(), 'live-board-clickhouse-'));
  const port = await freePort();
  let child: ChildProcess | undefined;
  const kill = async (): Promise<void> => {
    const ended = new Promise((done) => child?.once('exit', done) ?? done(undefined));
    child?.kill('SIGKILL');
    await ended;
    child = undefined;
  };
  const start = async (): Promise<void> => {
    child = spawn(process.execPath, ['infra/chdb/dist/main.js', '--dir', dir, '--port', String(port)], {
      cwd: root,
      env: { ...process.env, UV_THREADPOOL_SIZE: '16', TZ: 'UTC' },
      stdio: 'ignore',
    });
    if (!(await until(() => isOpen(port), START_MS))) throw new Error('the test’s ClickHouse did not start');
  };
  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    kill,
    start,
    stop: async () => {
      await kill();
      rmSync(dir, { recursive: true, force: true });
    },
  };
};
