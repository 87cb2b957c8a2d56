import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Monitoring } from '@liveboard/contracts';
import { createLease } from '@liveboard/live-store';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type FeedClient, get, type OwnGateway, tokenFor, type World } from '../src/index.ts';

let world: World;
let one: OwnGateway;
let two: OwnGateway;
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'] as const;
/** Rooms of a test's own: other tests of this file leave theirs alone. */
const roomsOf = async (info: object = {}): Promise<Record<(typeof NAMES)[number], string>> => {
  const prefix = randomUUID().slice(0, 6);
  const entries = NAMES.map((name) => [name, `${prefix}-${name}`] as const);
  for (const [, room] of entries) await world.rooms.write(room, { info });
  return Object.fromEntries(entries) as Record<(typeof NAMES)[number], string>;
};
const subscribe = (client: FeedClient, room: string) => client.ask({ type: 'subscribe', room_id: room });
const watch = async (client: FeedClient, rooms: readonly string[]): Promise<void> => {
  for (const room of rooms) expect(await subscribe(client, room)).toMatchObject({ type: 'snapshot', room_id: room });
};
const monitoring = async (gateway: OwnGateway, sub = 'demo-partner'): Promise<Monitoring['rooms']> =>
  ((await get(gateway.url, '/v1/monitoring', await tokenFor(gateway.url, sub))).body as Monitoring).rooms;

beforeAll(async () => {
  world = await createWorld();
  [one, two] = await Promise.all([world.gateway(), world.gateway()]);
});
afterEach(async () => {
  await world.leave();
  await expect.poll(() => monitoring(one), { timeout: 5_000 }).toEqual([]);
});
afterAll(() => world.close());

describe('five rooms a partner', () => {
  it('refuses the sixth with the five held ones named: in the session, another session and another gateway', async () => {
    const r = await roomsOf();
    const [mira, tab, jonas] = await Promise.all([
      world.connect(one.url, 'demo-partner'),
      world.connect(one.url, 'demo-partner'),
      world.connect(two.url, 'demo-colleague'),
    ]);
    await watch(mira, [r.a, r.b, r.c]);
    await watch(jonas, [r.d, r.e]);
    const held = [r.a, r.b, r.c, r.d, r.e];
    for (const client of [mira, tab, jonas]) {
      const refused = await subscribe(client, r.f);
      expect(refused).toMatchObject({ type: 'error', code: 'ROOM_LIMIT', details: { held } });
    }
    // A room that is held already costs nothing: two tabs, one slot.
    await watch(tab, [r.a, r.e]);
    const rooms = await monitoring(two);
    expect(rooms.map(({ room_id }) => room_id).sort()).toEqual(held);
    expect(rooms.map(({ slot }) => slot)).toEqual([1, 2, 3, 4, 5]);
    expect(rooms.find(({ room_id }) => room_id === r.a)?.sessions.map(({ name }) => name)).toEqual([
      'Mira Tan',
      'Mira Tan',
    ]);
    expect(rooms.find(({ room_id }) => room_id === r.d)).toMatchObject({ mine: false });
    // It is free once its last watcher is gone.
    expect(await mira.ask({ type: 'unsubscribe', room_id: r.a })).toMatchObject({ type: 'ok' });
    expect(await subscribe(mira, r.f)).toMatchObject({ code: 'ROOM_LIMIT' });
    await tab.close();
    await expect.poll(async () => (await subscribe(mira, r.f)).type, { timeout: 5_000 }).toBe('snapshot');
  });

  it('is no limit for hosts and operators, and one partner does not see another’s', async () => {
    const r = await roomsOf();
    const [mira, host, operator, other] = await Promise.all([
      world.connect(one.url, 'demo-partner'),
      world.connect(two.url, 'demo-host'),
      world.connect(one.url, 'demo-operator'),
      world.connect(two.url, 'demo-partner-2'),
    ]);
    await watch(mira, [r.a, r.b, r.c, r.d, r.e]);
    const all = Object.values(r);
    await watch(host, all);
    await watch(operator, all);
    expect(await monitoring(one, 'demo-partner-2')).toEqual([]);
    const token = await tokenFor(one.url, 'demo-host');
    expect(await get(one.url, '/v1/monitoring', token)).toMatchObject({
      status: 403,
      body: { code: 'FORBIDDEN_ROLE' },
    });
    // No contract, no room.
    expect(await subscribe(other, r.a)).toMatchObject({ type: 'error', code: 'ROOM_NOT_FOUND' });
    const list = await get(one.url, '/v1/rooms?limit=100', await tokenFor(one.url, 'demo-partner-2'));
    expect((list.body as { items: { room_id: string }[] }).items.map(({ room_id }) => room_id)).not.toContain(r.a);
  });

  it('gives a room’s slot back when it ends, and goes on with it until it is final', async () => {
    const r = await roomsOf();
    const mira = await world.connect(one.url, 'demo-partner');
    await watch(mira, [r.a, r.b, r.c, r.d, r.e]);
    const ended_at = Date.now();
    await world.rooms.write(r.c, { info: { status: 'ended', ended_at, reason: 'done' } });
    const ended = await mira.next('room.ended', ({ room_id }) => room_id === r.c);
    expect(ended).toMatchObject({ ended_at, reason: 'done' });
    expect(ended.final_at).toBe(Math.floor((ended_at - 1) / 60_000) * 60_000 + 180_000);
    await expect.poll(async () => (await subscribe(mira, r.f)).type, { timeout: 5_000 }).toBe('snapshot');
    const offset = await world.rooms.write(r.c, { info: { title: 'a late word' } });
    await mira.next('update', (message) => message.room_id === r.c && message.offset === offset);
    expect(await subscribe(mira, r.c)).toMatchObject({ type: 'snapshot', room_id: r.c });
    expect(await mira.ask({ type: 'swap', from: r.c, to: r.g })).toMatchObject({ code: 'ROOM_LIMIT' });
    // It wakes: there is no place for it now.
    await world.rooms.write(r.c, { info: { status: 'live' } });
    await mira.next('revoked', (message) => message.room_id === r.c && message.code === 'ROOM_LIMIT');
    await mira.close();
    const late = await world.connect(two.url, 'demo-partner');
    await world.rooms.write(r.d, { info: { status: 'ended', ended_at } });
    expect(await subscribe(late, r.d)).toMatchObject({ code: 'ROOM_ENDED' });
  });
});

describe('a swap', () => {
  it('is atomic under a race from two gateways: never a sixth room at the clients, never a lost slot', async () => {
    const r = await roomsOf();
    const all = Object.values(r);
    const clients = await Promise.all(
      [one, two, one, two].map(({ url }, n) => world.connect(url, n % 2 === 0 ? 'demo-partner' : 'demo-colleague')),
    );
    const lease = createLease(world.redis.client, world.keys, { cap: 5 });
    const held = clients.map(() => new Set<string>());
    let running = true;
    const writing = (async () => {
      while (running) for (const room of all) await world.rooms.write(room);
    })();
    let most = 0;
    const counting = (async () => {
      while (running) most = Math.max(most, new Set((await lease.list('northlight')).map((m) => m.room_id)).size);
    })();
    const pick = (n: number): string => all[n % all.length] as string;
    await Promise.all(
      clients.map(async (client, c) => {
        const mine = held[c] as Set<string>;
        for (let step = 0; step < 40; step++) {
          const to = pick(step * 7 + c * 3 + (step >> 2));
          const [from] = mine;
          if (from !== undefined && step % 4 !== 0) {
            const answer = await client.ask({ type: 'swap', from, to });
            if (answer.type === 'ok') {
              mine.delete(from);
              mine.add(to);
            } else expect(answer).toMatchObject({ code: 'ROOM_LIMIT' });
          } else if (from !== undefined && step % 8 === 0) {
            await client.ask({ type: 'unsubscribe', room_id: from });
            mine.delete(from);
          } else if ((await subscribe(client, to)).type === 'snapshot') mine.add(to);
        }
      }),
    );
    running = false;
    await Promise.all([writing, counting]);
    expect(most).toBeLessThanOrEqual(5);
    expect(most).toBeGreaterThan(3);
    const listed = await lease.list('northlight');
    for (const [c, client] of clients.entries()) {
      const welcome = await client.next('welcome');
      const stored = listed.filter(({ session }) => session === welcome.session_id).map(({ room_id }) => room_id);
      expect(stored.sort()).toEqual([...(held[c] as Set<string>)].sort());
    }
    expect(widest(clients)).toBeLessThanOrEqual(5);
  });
});

/**
 * The most distinct rooms of which the clients were told at once. A client is told of a room from its snapshot to the
 * last message before the room is given up; sockets are read in no order, so spans are shortened by a few frames.
 */
const widest = (clients: readonly FeedClient[]): number => {
  const SLACK_MS = 150;
  const spans: { room: string; from: number; to: number }[] = [];
  for (const { messages, at } of clients) {
    const open = new Map<string, { room: string; from: number; to: number }>();
    for (const [n, message] of messages.entries()) {
      if (message.type !== 'snapshot' && message.type !== 'update') continue;
      const time = at[n] as number;
      const known = open.get(message.room_id);
      if (known !== undefined && message.type === 'update') known.to = time;
      else {
        const span = { room: message.room_id, from: time, to: time };
        open.set(message.room_id, span);
        spans.push(span);
      }
    }
  }
  const shortened = spans.map(({ room, from, to }) => ({ room, from, to: to - SLACK_MS })).filter((s) => s.to > s.from);
  return Math.max(
    0,
    ...shortened.map(
      ({ from }) => new Set(shortened.filter((s) => s.from <= from && from < s.to).map(({ room }) => room)).size,
    ),
  );
};

describe('a session', () => {
  it('finds its rooms again after its connection broke, and is somebody’s own', async () => {
    const r = await roomsOf();
    const mira = await world.connect(one.url, 'demo-partner');
    const { session_id } = await mira.next('welcome');
    await watch(mira, [r.a, r.b, r.c, r.d, r.e]);
    await mira.close(false);
    const jonas = await world.connect(two.url, 'demo-colleague', session_id);
    expect(await jonas.next('welcome')).toMatchObject({ resumed: false, held: [] });
    expect((await jonas.next('welcome')).session_id).not.toBe(session_id);
    expect(await subscribe(jonas, r.f)).toMatchObject({ code: 'ROOM_LIMIT' });
    const back = await world.connect(two.url, 'demo-partner', session_id);
    const welcome = await back.next('welcome');
    expect(welcome).toMatchObject({ resumed: true, session_id });
    expect([...welcome.held].sort()).toEqual([r.a, r.b, r.c, r.d, r.e]);
    await watch(back, [r.a]);
    await back.close();
    await jonas.close();
    await expect.poll(() => monitoring(one), { timeout: 5_000 }).toEqual([]);
    // After a polite end nothing is left of it.
    const fresh = await world.connect(one.url, 'demo-partner', session_id);
    expect(await fresh.next('welcome')).toMatchObject({ resumed: false, held: [] });
  });

  it('has one connection: attached elsewhere, the old one ends with 4503 before it could show a sixth room', async () => {
    const r = await roomsOf();
    const old = await world.connect(one.url, 'demo-partner');
    const { session_id } = await old.next('welcome');
    await watch(old, [r.a, r.b, r.c, r.d, r.e]);
    const from = performance.now();
    const moved = await world.connect(two.url, 'demo-partner', session_id);
    expect(await old.closed).toBe(4_503);
    // Not by its next renewal, which comes every ten seconds.
    expect(performance.now() - from).toBeLessThan(5_000);
    expect(await moved.ask({ type: 'swap', from: r.a, to: r.f })).toMatchObject({ code: 'NOT_SUBSCRIBED' });
    await watch(moved, [r.a]);
    expect(await moved.ask({ type: 'swap', from: r.a, to: r.f })).toMatchObject({ type: 'ok' });
    expect((await monitoring(one)).map(({ room_id }) => room_id).sort()).toEqual([r.b, r.c, r.d, r.e, r.f]);
  });
});

describe('a gateway that is killed', () => {
  it('lets its clients find their rooms at another, and frees those of clients that do not come within 30 s', async () => {
    const r = await roomsOf();
    const held = [r.a, r.b, r.c, r.d, r.e];
    const [first, second] = await Promise.all([world.gateway(), world.gateway()]);
    const [mira, jonas] = await Promise.all([
      world.connect(first.url, 'demo-partner'),
      world.connect(one.url, 'demo-colleague'),
    ]);
    await watch(mira, held);
    const { session_id } = await mira.next('welcome');
    await first.kill('SIGKILL');
    expect(await subscribe(jonas, r.f)).toMatchObject({ code: 'ROOM_LIMIT' });
    const back = await world.connect(second.url, 'demo-partner', session_id);
    expect([...(await back.next('welcome')).held].sort()).toEqual(held);
    await watch(back, held);
    await second.kill('SIGKILL');
    const from = performance.now();
    expect(await subscribe(jonas, r.f)).toMatchObject({ code: 'ROOM_LIMIT' });
    await expect.poll(() => monitoring(one), { timeout: 40_000, interval: 250 }).toEqual([]);
    const ms = performance.now() - from;
    expect(ms).toBeGreaterThan(18_000);
    expect(ms).toBeLessThan(30_500);
    await watch(jonas, [r.f, r.g, r.h, r.i, r.j]);
  });
});
