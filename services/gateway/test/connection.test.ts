import type { ServerMessage } from '@liveboard/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import { createConnection } from '../src/feed/connection.ts';
import { createFeedCounters } from '../src/feed/counters.ts';
import type { Verified } from '../src/tokens.ts';
import {
  createFakeDirectory,
  createFakeSlots,
  createFakeStore,
  createFakeWire,
  type FakeStore,
  log,
  settle,
  storedRoom,
} from './fakes.ts';

const stores: FakeStore[] = [];
afterEach(() => {
  for (const store of stores.splice(0)) store.hub.close();
});

const create = ({ to, expiresAt = 1e12 }: { to?: number; expiresAt?: number } = {}) => {
  const store = createFakeStore();
  stores.push(store);
  for (const id of ['a', 'b']) store.rooms.set(id, storedRoom(id, 5));
  const wire = createFakeWire();
  const { fake, slots } = createFakeSlots();
  const { directory, revoke, signOut } = createFakeDirectory(to);
  const principal: Verified = { sub: 's', role: 'partner', partner_id: 'p', issuedAt: 5_000, expiresAt };
  const endings: string[] = [];
  let clock = 0;
  const connection = createConnection({
    counters: createFeedCounters(),
    socket: wire,
    principal,
    slots,
    hub: store.hub,
    directory,
    infoOf: store.store.info,
    verify: () => Promise.resolve({ ok: true, principal: { ...principal, sub: 'another' } }),
    log,
    inboundPerSecond: 100,
    onClose: (name) => endings.push(name),
    now: () => clock,
  });
  const send = (message: object): void => connection.receive(Buffer.from(JSON.stringify(message)), false);
  return {
    store,
    wire,
    fake,
    connection,
    revoke,
    signOut,
    endings,
    send,
    /** Sends, lets it be served, and gives what the client is told then. */
    ask: async (message: object): Promise<ServerMessage[]> => {
      send(message);
      await settle();
      connection.tick();
      return wire.take();
    },
    /** Time passes in ticks; the client acknowledges all the while unless told otherwise. */
    pass: async (ms: number, acks = true): Promise<ServerMessage[]> => {
      for (const end = clock + ms; clock < end; ) {
        clock += 100;
        if (acks && clock % 5_000 === 0) send({ type: 'ack', rooms: {} });
        connection.pong();
        connection.tick();
        await settle();
      }
      return wire.take();
    },
    change: (id: string, rev: number, info: object = {}): void => {
      const before = store.rooms.get(id);
      const room = storedRoom(id, rev, { ...before?.live.room, ...info });
      store.rooms.set(id, room);
      store.publish(id, { kind: 'update', generation: 1, room_id: id, prev: before?.rev, rev, set: { room: info } });
    },
  };
};

describe('rights', () => {
  it('to a room that was never contracted are refused as to one that is not there', async () => {
    const { ask, store } = create();
    store.rooms.set('strange', storedRoom('strange', 5, { account_id: 'other' }));
    const [strange] = await ask({ type: 'subscribe', room_id: 'strange', ref: 'x' });
    expect(strange).toMatchObject({ type: 'error', code: 'ROOM_NOT_FOUND' });
    expect(await ask({ type: 'subscribe', room_id: 'absent', ref: 'x' })).toEqual([strange]);
  });

  it('end a subscription within a second of their revocation, and the slot with it', async () => {
    const { ask, pass, revoke, fake, change } = create();
    await ask({ type: 'subscribe', room_id: 'a' });
    expect([...fake.held]).toEqual(['a']);
    revoke();
    expect(await pass(1_000)).toMatchObject([{ type: 'revoked', room_id: 'a', code: 'AUTHORIZATION_REVOKED' }]);
    expect([...fake.held]).toEqual([]);
    change('a', 6);
    expect(await pass(200)).toEqual([]);
    expect(await ask({ type: 'subscribe', room_id: 'a', ref: 'x' })).toMatchObject([
      { type: 'error', ref: 'x', code: 'AUTHORIZATION_REVOKED' },
    ]);
  });

  it('end with the contract, by the clock', async () => {
    const { ask, pass, fake } = create({ to: 3_000 });
    await ask({ type: 'subscribe', room_id: 'a' });
    expect(await pass(2_900)).toEqual([]);
    expect(await pass(600)).toMatchObject([{ type: 'revoked', room_id: 'a', code: 'NO_CONTRACT' }]);
    expect([...fake.held]).toEqual([]);
  });

  it('of tokens issued before an instant end with the connection', async () => {
    const { ask, pass, signOut, endings, wire } = create();
    await ask({ type: 'subscribe', room_id: 'a' });
    signOut(5_000);
    await pass(200);
    expect(endings).toEqual([]);
    signOut(5_001);
    await pass(100);
    expect([endings, wire.closed]).toEqual([['CREDENTIALS'], 4_504]);
  });

  it('that end while the slot is taken give it back', async () => {
    const { ask, revoke, fake } = create();
    fake.during = async () => void revoke();
    expect(await ask({ type: 'subscribe', room_id: 'a' })).toMatchObject([{ code: 'AUTHORIZATION_REVOKED' }]);
    expect([...fake.held]).toEqual([]);
  });
});

describe('a swap', () => {
  it('tells nothing more of the old room from the moment in which another may take its place', async () => {
    const { ask, pass, send, fake, change, connection, wire } = create();
    await ask({ type: 'subscribe', room_id: 'a' });
    change('a', 6);
    let told: ServerMessage[] = [];
    fake.during = async () => {
      change('a', 7);
      connection.tick();
      told = wire.take();
    };
    send({ type: 'swap', from: 'a', to: 'b', ref: 'x' });
    await settle();
    const after = await pass(200);
    expect(told).toEqual([]);
    expect(after).toMatchObject([
      { type: 'ok', ref: 'x' },
      { type: 'snapshot', room_id: 'b', ref: 'x' },
    ]);
    expect([...fake.held]).toEqual(['b']);
  });

  it('that is refused changes nothing: the old room is told on, with what was left out', async () => {
    const { ask, fake, change } = create();
    await ask({ type: 'subscribe', room_id: 'a' });
    fake.next = { kind: 'limit', held: ['a', 'v', 'w', 'x', 'y'] };
    fake.during = async () => change('a', 6, { title: 'meanwhile' });
    const told = await ask({ type: 'swap', from: 'a', to: 'b', ref: 'x' });
    expect(told).toMatchObject([
      { type: 'error', ref: 'x', code: 'ROOM_LIMIT', details: { held: ['a', 'v', 'w', 'x', 'y'] } },
      { type: 'update', room_id: 'a', offset: 6, set: { room: { title: 'meanwhile' } } },
    ]);
    expect(told[1]).not.toHaveProperty('prev');
  });
});

describe('the lease', () => {
  it('that was not renewed for too long stops the numbers until it is', async () => {
    const { ask, pass, fake, change } = create();
    await ask({ type: 'subscribe', room_id: 'a' });
    fake.silent = true;
    change('a', 6);
    expect(await pass(300)).toMatchObject([{ type: 'degraded', reason: 'lease', on: true }]);
    fake.silent = false;
    expect(await pass(100)).toMatchObject([
      { type: 'degraded', reason: 'lease', on: false },
      { type: 'update', room_id: 'a', offset: 6 },
    ]);
  });

  it('that lost a room says so; a session that moved ends the connection', async () => {
    const { ask, pass, fake, connection, wire } = create();
    await ask({ type: 'subscribe', room_id: 'a' });
    fake.lost = ['a'];
    connection.renew();
    expect(await pass(200)).toMatchObject([{ type: 'revoked', room_id: 'a', code: 'ROOM_LIMIT' }]);
    fake.next = { kind: 'stolen' };
    await ask({ type: 'subscribe', room_id: 'b' });
    expect(wire.closed).toBe(4_503);
  });

  it('that has no place for an ended room which wakes again takes it away before its numbers move', async () => {
    const { ask, pass, fake, change } = create();
    await ask({ type: 'subscribe', room_id: 'a' });
    change('a', 6, { status: 'ended', ended_at: 60_000 });
    expect(await pass(600)).toMatchObject([
      { type: 'update', offset: 6 },
      { type: 'room.ended', room_id: 'a', ended_at: 60_000, final_at: 180_000 },
    ]);
    expect([...fake.held]).toEqual([]);
    fake.next = { kind: 'later', retryMs: 1_000 };
    change('a', 7, { status: 'live' });
    await pass(600);
    fake.next = { kind: 'limit', held: [] };
    expect(await pass(600)).toMatchObject([{ type: 'revoked', room_id: 'a', code: 'ROOM_LIMIT' }]);
  });

  it('is over for an ended room at its last final minute', async () => {
    const { ask, pass, change, store } = create();
    await ask({ type: 'subscribe', room_id: 'a' });
    change('a', 6, { status: 'ended', ended_at: 30_000 });
    await pass(180_000);
    expect(store.hub.watched).toBe(1);
    await pass(11_000);
    expect(store.hub.watched).toBe(0);
  });
});

describe('time', () => {
  it('ends a connection ten seconds after its token, with a warning a minute before it', async () => {
    const { pass, wire, endings } = create({ expiresAt: 90_000 });
    const told = await pass(30_100);
    expect(told.filter(({ type }) => type === 'auth.expiring')).toEqual([
      { type: 'auth.expiring', expires_at: 90_000 },
    ]);
    await pass(69_800);
    expect(wire.closed).toBeUndefined();
    await pass(300);
    expect(endings).toEqual(['TOKEN_EXPIRED']);
    expect(wire.closed).toBe(4_003);
  });

  it('ends a connection that does not acknowledge, counted from its first room', async () => {
    const { ask, pass, endings } = create();
    await pass(60_000, false);
    await ask({ type: 'subscribe', room_id: 'a' });
    await pass(20_000, false);
    expect(endings).toEqual([]);
    await pass(200, false);
    expect(endings).toEqual(['NO_ACK']);
  });

  it('sends a beat after ten silent seconds, and a ping every fifteen', async () => {
    const { pass, wire } = create();
    expect((await pass(25_000)).map(({ type }) => type)).toEqual(['beat', 'beat']);
    expect(wire.pings).toBe(1);
  });

  it('ends a connection with another’s token', async () => {
    const { ask, endings } = create();
    await ask({ type: 'auth.refresh', token: 'x' });
    expect(endings).toEqual(['CREDENTIALS']);
  });
});

describe('Redis', () => {
  it('that fails refuses a room and keeps none of it', async () => {
    const { ask, store, fake } = create();
    store.state.fails = true;
    expect(await ask({ type: 'subscribe', room_id: 'a', ref: 'x' })).toMatchObject([
      { type: 'error', ref: 'x', code: 'UNAVAILABLE', details: { retry_in_ms: 1_000 } },
    ]);
    expect(store.hub.watched).toBe(0);
    store.state.fails = false;
    fake.next = { kind: 'later', retryMs: 7_000 };
    expect(await ask({ type: 'subscribe', room_id: 'a' })).toMatchObject([{ details: { retry_in_ms: 7_000 } }]);
    expect(store.hub.watched).toBe(0);
    await store.hub.poll();
  });

  it('that carries nonsense on a channel is read again', async () => {
    const { ask, pass, store } = create();
    await ask({ type: 'subscribe', room_id: 'a' });
    store.rooms.set('a', storedRoom('a', 9));
    store.publish('a', 'not json');
    expect(await pass(200)).toMatchObject([{ type: 'update', room_id: 'a', offset: 9 }]);
  });

  it('whose partition stands still makes its rooms stale', async () => {
    const { ask, pass, store } = create();
    await ask({ type: 'subscribe', room_id: 'a' });
    store.state.now = 12_001;
    await store.hub.poll();
    expect(await pass(100)).toMatchObject([{ type: 'degraded', reason: 'stale_source', room_id: 'a', on: true }]);
    store.state.flushedAt = 12_001;
    await store.hub.poll();
    expect(await pass(100)).toMatchObject([{ reason: 'stale_source', on: false }]);
  });
});
