import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareKafka } from '@liveboard/infra/kafka';
import { freePort, isOpen, until } from '@liveboard/infra/ports';

/** A broker of the test's own, which it may freeze without disturbing others. */
export interface OwnKafka {
  readonly brokers: string;
  /** Stops answering, its connections open; and goes on. */
  freeze(): void;
  thaw(): void;
  /** Ends the server; what it held is gone. */
  stop(): Promise<void>;
}

export const startKafka = async (): Promise<OwnKafka> => {
  const dir = mkdtempSync(join(tmpdir(), 'live-board-kafka-'));
  const port = await freePort();
  const { command, args } = prepareKafka({ dir, port, controller: await freePort(undefined, [port]) });
  const child: ChildProcess = spawn(command, [...args], { stdio: 'ignore' });
  const ended = new Promise((done) => child.once('exit', done));
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    rmSync(dir, { recursive: true, force: true });
  };
  if (!(await until(() => isOpen(port), 90_000))) {
    await stop();
    throw new Error('the test’s Kafka did not start');
  }
  return {
    brokers: `127.0.0.1:${port}`,
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    stop,
  };
};
