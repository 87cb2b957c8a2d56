import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createLifecycle, createLog, EXIT_HALTED } from '@liveboard/runtime';
import { type Engine, openEngine } from './engine.ts';
import { createFront } from './server.ts';
import { createSpool } from './spool.ts';

const { values } = parseArgs({ options: { dir: { type: 'string' }, port: { type: 'string' } } });
const port = Number(values.port);
if (values.dir === undefined || !Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error('node main.js --dir DIR --port N');
  process.exit(2);
}

/** Threads of the pool that files need while statements hold the others. */
const SPARE_THREADS = 4;
/** How often connections without a request are closed at the end. */
const IDLE_MS = 50;
const threads = Number(process.env.UV_THREADPOOL_SIZE ?? 4);

const log = createLog('clickhouse');
const lifecycle = createLifecycle(log);
const dir = resolve(values.dir);
const data = join(dir, 'data');
const spool = join(dir, 'spool');
mkdirSync(data, { recursive: true });

/** The engine locks its folder through the kernel, so that a lock never outlives its owner. */
const own = async (): Promise<Engine> => {
  try {
    return openEngine(data, Math.max(1, threads - SPARE_THREADS));
  } catch (error) {
    log.fatal({ err: error, dir }, 'the folder cannot be opened: another process owns it, or its files are damaged');
    await lifecycle.end(EXIT_HALTED, 'the folder cannot be opened');
    throw error;
  }
};

const engine = await own();
lifecycle.onStop('engine', () => engine.close());
// Only now: what lies there is the owner's.
rmSync(spool, { recursive: true, force: true });
mkdirSync(spool);
const server = createFront(engine, createSpool(spool));
lifecycle.onStop(
  'server',
  () =>
    new Promise((closed) => {
      // A connection that waits for its next request is nobody's wait; the others end with their answers.
      const idle = setInterval(() => server.closeIdleConnections(), IDLE_MS);
      server.close(() => {
        clearInterval(idle);
        closed();
      });
    }),
);
server.listen(port, '127.0.0.1', () => log.info({ address: server.address() }, 'serving'));
server.on('error', (error) => {
  log.fatal({ err: error }, 'cannot listen');
  void lifecycle.end(1, 'cannot listen');
});
