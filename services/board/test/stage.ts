import { randomBytes } from 'node:crypto';
import {
  createEvents,
  get,
  type OwnGateway,
  type Stack,
  spawnIngest,
  stackFile,
  startGateway,
  testStack,
  tokenFor,
  type WorkerProcess,
} from '@liveboard/e2e';
import { createFleet, type Fleet, ROSTER, type SimEvent } from '@liveboard/simulator';

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

/** Starts everything and feeds the past, then the present. Needs the board and the services built. */
export const createStage = async (): Promise<Stage> => {
  const namespace = `b${randomBytes(4).toString('hex')}_`;
  const stack = { ...testStack(), namespace };
  const ingest = spawnIngest(stack, { namespace });
  try {
    const gateway = await startGateway(stack, stackFile());
    try {
      return await build(stack, gateway, ingest);
    } catch (error) {
      await gateway.kill();
      throw error;
    }
  } catch (error) {
    ingest.kill('SIGKILL');
    throw error;
  }
};

const build = async (stack: Stack, { url, kill }: OwnGateway, ingest: WorkerProcess): Promise<Stage> => {
  const events = await createEvents(stack);
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
      await kill('SIGTERM');
      ingest.kill('SIGTERM');
      await ingest.exit;
    },
  };
};
