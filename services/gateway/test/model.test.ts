import { applySnapshot, applyUpdate, type RoomState } from '@liveboard/client';
import type { Marker, MinuteRow, ProductRow, RoomInfo, SourceRow } from '@liveboard/contracts';
import { RULES } from '@liveboard/contracts';
import type { StoredRoom } from '@liveboard/live-store';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { createFeedCounters } from '../src/feed/counters.ts';
import { createSubscriptions, type Subscriptions } from '../src/feed/subscriptions.ts';
import {
  createFakeDirectory,
  createFakeSlots,
  createFakeStore,
  createFakeWire,
  log,
  settle,
  storedRoom,
} from './fakes.ts';

const ROOM = 'r';

/** What ingest does to a room: the next stored state, and the message that says how it came to be. */
interface Change {
  readonly title: string;
  readonly pinned: boolean;
  readonly product: number;
  readonly source: number;
  readonly marker: boolean;
  /** How many minutes begin; a minute before them is revised. */
  readonly minutes: number;
  readonly revised: number;
  readonly compare: boolean;
}
const row = (n: number, rev: number): MinuteRow =>
  ({
    minute: n * RULES.minuteMs,
    state: 'closed',
    in_life: true,
    rev,
    rules: 'w1',
    counts: {},
    products: [],
    sources: [],
  }) as unknown as MinuteRow;

const mergeBy = <T>(held: readonly T[], changed: readonly T[], keyOf: (item: T) => unknown): T[] => {
  const all = new Map(held.map((item) => [keyOf(item), item]));
  for (const item of changed) all.set(keyOf(item), item);
  return [...all.values()];
};

const evolve = (room: StoredRoom, change: Change, generation: number): { room: StoredRoom; message: object } => {
  const isSameLog = generation === room.generation;
  const rev = isSameLog ? room.rev + 1 + (change.product % 3) : 1;
  const info: RoomInfo = { ...room.live.room, title: change.title };
  const newest = (room.minutes.at(-1)?.minute ?? 0) / RULES.minuteMs;
  const revised = room.minutes[change.revised % (room.minutes.length || 1)];
  const minutes = [
    ...(revised === undefined ? [] : [{ ...revised, rev }]),
    ...Array.from({ length: change.minutes }, (_, n) => row(newest + 1 + n, rev)),
  ];
  const products = [{ product_id: `p${change.product}`, gmv: rev }] as unknown as ProductRow[];
  const sources = [{ source: `s${change.source}`, views: rev }] as unknown as SourceRow[];
  const markers: Marker[] = change.marker ? [{ id: `m${generation}.${rev}`, ts: rev, label: 'x', kind: 'note' }] : [];
  const compare = change.compare ? { compare: { minute: rev } as never } : {};
  const pinned = change.pinned ? { pinned: { product_id: 'p', since: rev } } : {};
  const { pinned: _, ...before } = room.live;
  const all = mergeBy(room.minutes, minutes, ({ minute }) => minute).sort((a, b) => a.minute - b.minute);
  const next: StoredRoom = {
    ...room,
    ...compare,
    generation,
    rev,
    live: { ...before, ...pinned, room: info, health: { ...room.live.health, counted: rev } },
    products: mergeBy(room.products, products, ({ product_id }) => product_id),
    sources: mergeBy(room.sources, sources, ({ source }) => source),
    markers: [...room.markers, ...markers],
    minutes: all.slice(-RULES.keptRows),
  };
  const set = { room: { title: change.title }, pinned: change.pinned ? pinned.pinned : null, health: { counted: rev } };
  const message = {
    kind: 'update',
    generation,
    room_id: ROOM,
    rev,
    set,
    products,
    sources,
    markers,
    minutes,
    ...compare,
  };
  return { room: next, message: isSameLog ? { ...message, prev: room.rev } : message };
};

const change = fc.record<Change>({
  title: fc.constantFrom('a', 'b'),
  pinned: fc.boolean(),
  product: fc.nat(4),
  source: fc.nat(2),
  marker: fc.boolean(),
  minutes: fc.oneof({ weight: 5, arbitrary: fc.nat(1) }, fc.constantFrom(7, 70)),
  revised: fc.nat(80),
  compare: fc.boolean(),
});
type Step =
  | { readonly op: 'change'; readonly change: Change; readonly lost: boolean; readonly newLog: boolean }
  | { readonly op: 'tick'; readonly ms: number; readonly buffered: number }
  | { readonly op: 'ack' | 'poll' | 'settle' | 'reconnect' | 'renew' }
  | { readonly op: 'subscribe'; readonly resume: boolean }
  | { readonly op: 'mute'; readonly on: boolean };
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      op: fc.constant('change' as const),
      change,
      lost: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
      newLog: fc.integer({ min: 0, max: 30 }).map((n) => n === 0),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      op: fc.constant('tick' as const),
      ms: fc.constantFrom(100, 100, 1_100, 3_000),
      buffered: fc.constantFrom(0, 0, 0, 70_000, 300_000),
    }),
  },
  { weight: 6, arbitrary: fc.record({ op: fc.constantFrom('ack', 'poll', 'settle', 'reconnect', 'renew') }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('subscribe' as const), resume: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('mute' as const), on: fc.boolean() }) },
) as fc.Arbitrary<Step>;

/** What client and server must agree on; the order of lists other than minutes says nothing. */
const shape = ({
  minutes,
  compare,
  ...room
}: Pick<StoredRoom, 'live' | 'minutes' | 'compare' | 'products' | 'sources' | 'markers'>) => {
  const sorted = (list: readonly object[]): string[] => list.map((each) => JSON.stringify(each)).sort();
  const { live, products, sources, markers } = room;
  return { live, minutes, compare, products: sorted(products), sources: sorted(sources), markers: sorted(markers) };
};

const worlds: ReturnType<typeof createFakeStore>[] = [];
afterAll(() => {
  for (const world of worlds) world.hub.close();
});

/** A client, its connection and a room that a schedule drives. */
const createWorld = () => {
  const world = createFakeStore();
  worlds.push(world);
  world.rooms.set(ROOM, storedRoom(ROOM, 5));
  const { directory } = createFakeDirectory();
  let clock = 1_000_000;
  let held: RoomState | undefined;
  let wire = createFakeWire();
  let { fake, slots } = createFakeSlots();
  let connection: Subscriptions;
  let chain: Promise<unknown> = Promise.resolve();
  const connect = (): void => {
    wire = createFakeWire();
    ({ fake, slots } = createFakeSlots());
    connection = createSubscriptions({
      counters: createFeedCounters(),
      wire,
      principal: () => ({ sub: 's', role: 'partner', partner_id: 'p' }),
      slots,
      hub: world.hub,
      directory,
      infoOf: world.store.info,
      queue: (work) => {
        chain = chain.then(work);
      },
      log,
      now: () => clock,
    });
  };
  const subscribe = (resume: boolean): void => {
    const position = resume && held !== undefined ? { epoch: held.epoch, offset: held.offset } : undefined;
    if (position === undefined) held = undefined;
    // What was under way when the client forgot everything finds it with nothing.
    chain = chain.then(() => connection.subscribe(ROOM, undefined, position));
  };
  const read = (): void => {
    for (const message of wire.take()) {
      if (message.type === 'snapshot' && (message.complete || held !== undefined)) held = applySnapshot(held, message);
      if (message.type !== 'update' || held === undefined) continue;
      const merged = applyUpdate(held, message);
      // A connection loses nothing on its way: what it is sent always continues what it was sent.
      if (merged.kind === 'gap') throw new Error(`${message.prev ?? 'all'} does not follow ${held.offset}`);
      if (merged.kind === 'applied') held = merged.state;
    }
  };
  const tick = (ms: number, buffered: number): void => {
    clock += ms;
    wire.bufferedAmount = buffered;
    connection.review();
    connection.flush();
    read();
  };
  connect();
  return {
    world,
    held: () => held,
    subscribe,
    tick,
    settle: async () => {
      await chain;
      await settle();
    },
    step: async (each: Step): Promise<void> => {
      switch (each.op) {
        case 'change': {
          const room = world.rooms.get(ROOM) as StoredRoom;
          const { room: next, message } = evolve(room, each.change, room.generation + (each.newLog ? 1 : 0));
          world.rooms.set(ROOM, next);
          if (!each.lost) world.publish(ROOM, message);
          return;
        }
        case 'tick':
          return tick(each.ms, each.buffered);
        case 'ack':
          if (held !== undefined) connection.ack({ [ROOM]: held.offset });
          return;
        case 'poll':
          return world.hub.poll();
        case 'renew':
          return world.hub.renew();
        case 'settle':
          await chain;
          return settle();
        case 'reconnect':
          await chain;
          connection.end();
          connect();
          subscribe(true);
          return;
        case 'subscribe':
          return subscribe(each.resume);
        case 'mute':
          fake.silent = each.on;
      }
    },
    unmute: () => {
      fake.silent = false;
    },
  };
};

describe('a client of the feed', () => {
  it('has what the server has, whatever was lost, conflated, muted or interrupted on the way', {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), fc.nat(5), async (steps, delay) => {
        const model = createWorld();
        model.world.state.delay = delay;
        model.subscribe(false);
        for (const each of steps) await model.step(each);
        model.unmute();
        await model.settle();
        await model.world.hub.poll();
        await model.settle();
        // Twice, so that what was held back for its slowness comes too.
        model.tick(8_000, 0);
        await model.step({ op: 'ack' });
        model.tick(2_000, 0);
        const stored = model.world.rooms.get(ROOM) as StoredRoom;
        const held = model.held();
        expect(held).toMatchObject({ epoch: stored.generation, offset: stored.rev });
        expect(shape(held as RoomState)).toEqual(shape(stored));
        model.world.hub.close();
      }),
      { numRuns: 300 },
    );
  });
});
