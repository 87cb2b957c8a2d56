import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, isOpen, until } from '@liveboard/infra/ports';
import { Redis } from 'ioredis';

/** A Redis of the test's own, which it may empty, freeze and kill without disturbing others. */
export interface OwnRedis {
  readonly url: string;
  readonly client: Redis;
  /** Stops answering, its connections open; and goes on. */
  freeze(): void;
  thaw(): void;
  /** Ends the server; what it held is gone. */
  stop(): Promise<void>;
}

export const startRedis = async (): Promise<OwnRedis> => {
  const dir = mkdtempSync(join(tmpdir(), 'live-board-redis-'));
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'no'];
  const child: ChildProcess = spawn('redis-server', args, { stdio: 'ignore' });
  if (!(await until(() => isOpen(port), 10_000))) throw new Error('the test’s Redis did not start');
  const url = `redis://127.0.0.1:${port}`;
  const client = new Redis(url);
  return {
    url,
    client,
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    stop: async () => {
      client.disconnect();
      const ended = new Promise((done) => child.once('exit', done));
      child.kill('SIGKILL');
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
};
