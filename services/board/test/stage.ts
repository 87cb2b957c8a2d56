import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createEvents, get, type Stack, tokenFor } from '@liveboard/e2e';
import { createFleet, type Fleet, ROSTER, type SimEvent } from '@liveboard/simulator';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const MINUTE = 60_000;
const SLICE = 15_000;
/**
 * Age of the first rooms, minutes: far enough into the roster's shapes that one is at a peak, one in trouble, and the one
 * that starts anew every ten minutes is warming up.
 */
const AGE = 17;
const ROOMS = 7;

/** A small world of its own beside the stack: a log that is minutes old, its ingest and its gateway with the built board. */
export interface Stage {
  readonly url: string;
  readonly fleet: Fleet;
  /** Ids of the first rooms of the roster, in its order, those on air now. */
  roomsOf(...keys: readonly string[]): string[];
  stop(): Promise<void>;
}

const freePort = (): Promise<number> =>
  new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

/** Resolves once `look` gives something; rejects with `what` after `deadlineMs`. */
export const until = async <T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  deadlineMs = 60_000,
): Promise<T> => {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const found = await Promise.resolve()
      .then(look)
      .catch(() => undefined);
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`${what}: not within ${deadlineMs} ms`);
    await new Promise((next) => setTimeout(next, 100));
  }
};

/** Nothing of this process' own settings: services refuse names that they do not know. */
const plainEnv = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || name.startsWith('LIVEBOARD_') ? [] : [[name, value]],
    ),
  );

const end = (children: readonly ChildProcess[]): Promise<unknown> =>
  Promise.all(
    children.map(
      (child) =>
        new Promise<void>((done) => {
          if (child.exitCode !== null) done();
          child.once('exit', () => done());
          child.kill('SIGTERM');
        }),
    ),
  );

export const createStage = async (stack: Stack): Promise<Stage> => {
  const children: ChildProcess[] = [];
  try {
    return await build(stack, children);
  } catch (error) {
    await end(children);
    throw error;
  }
};

const build = async (stack: Stack, children: ChildProcess[]): Promise<Stage> => {
  if (!existsSync(`${ROOT}services/board/dist/index.html`)) throw new Error('services/board/dist: must be built first');
  const namespace = `b${randomBytes(4).toString('hex')}_`;
  const run = (name: string, env: Record<string, string>): void => {
    const child = spawn(process.execPath, ['--enable-source-maps', `services/${name}/dist/main.js`], {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...plainEnv(),
        KAFKA_BROKERS: stack.kafka_brokers,
        REDIS_URL: stack.redis_url,
        LIVEBOARD_NAMESPACE: namespace,
        LIVEBOARD_LOG_LEVEL: 'error',
        ...env,
      },
    });
    children.push(child);
  };
  const [port, health] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  run('ingest', { LIVEBOARD_INGEST_TICKS: 'off', LIVEBOARD_HEALTH_PORT: String(health) });
  await until('ingest', async () => ((await fetch(`http://127.0.0.1:${health}/readyz`)).ok ? true : undefined));
  run('gateway', {
    LIVEBOARD_PORT: String(port),
    LIVEBOARD_ORIGINS: url,
    LIVEBOARD_BOARD_DIR: `${ROOT}services/board/dist`,
    LIVEBOARD_DEV_ISSUER: '1',
  });
  await until('the gateway', async () => ((await fetch(`${url}/readyz`)).ok ? true : undefined));

  const events = await createEvents({ ...stack, namespace });
  // From the start of a minute, so that the same minutes hold the same events in every run.
  const start = Math.floor(Date.now() / MINUTE) * MINUTE - AGE * MINUTE;
  const fleet = createFleet('board', { start, rooms: ROOMS });
  const send = async (to: number): Promise<void> => {
    const byRoom = new Map<string, SimEvent[]>();
    for (const event of fleet.next(to)) {
      const list = byRoom.get(event.room_id);
      if (list === undefined) byRoom.set(event.room_id, [event]);
      else list.push(event);
    }
    await Promise.all([...byRoom].map(([room, list]) => events.send(room, list)));
  };
  for (let at = start + SLICE; at < Date.now(); at += SLICE) await send(at);
  let stopped = false;
  const running = (async () => {
    while (!stopped) {
      await send(Date.now());
      await new Promise((next) => setTimeout(next, 250));
    }
  })();
  const roomsOf = (...keys: readonly string[]): string[] =>
    keys.map((key) => {
      const name = ROSTER.find((each) => each.key === key)?.name;
      const room = fleet.describe(Date.now()).findLast((each) => each.name === name && !each.ended);
      if (room === undefined) throw new Error(`${key}: is not on air`);
      return room.room_id;
    });
  const token = await tokenFor(url, 'demo-operator');
  const last = Math.floor(Date.now() / MINUTE) * MINUTE - MINUTE;
  await until('the closed minutes', async () => {
    const { items } = (await get(url, '/v1/rooms?status=live', token)).body as {
      items: { room_id: string; compare?: { minute: number } }[];
    };
    const ready = roomsOf('sagara', 'tenun', 'dapur', 'isla', 'lumphi', 'lanha').every(
      (id) => (items.find(({ room_id }) => room_id === id)?.compare?.minute ?? 0) >= last,
    );
    return ready ? true : undefined;
  });
  return {
    url,
    fleet,
    roomsOf,
    stop: async () => {
      stopped = true;
      await running;
      await events.close();
      await end(children);
    },
  };
};
