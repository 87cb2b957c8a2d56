import { afterEach, describe, expect, it } from 'vitest';
import { createConnection } from '../src/feed/connection.ts';
import { createFeedCounters } from '../src/feed/counters.ts';
import type { Verified, Verify } from '../src/tokens.ts';
import {
  createFakeDirectory,
  createFakeSlots,
  createFakeStore,
  createFakeWire,
  type FakeStore,
  log,
  settle,
} from './fakes.ts';

const stores: FakeStore[] = [];
afterEach(() => {
  for (const store of stores.splice(0)) store.hub.close();
});

const MINE: Verified = { sub: 's', role: 'partner', partner_id: 'p', issuedAt: 0, expiresAt: 100_000 };

/** A connection whose next token is what `verify` says. */
const create = (verify: Verify) => {
  const store = createFakeStore();
  stores.push(store);
  const wire = createFakeWire();
  const endings: string[] = [];
  let clock = 0;
  const connection = createConnection({
    counters: createFeedCounters(),
    socket: wire,
    principal: MINE,
    slots: createFakeSlots().slots,
    hub: store.hub,
    directory: createFakeDirectory().directory,
    infoOf: store.store.info,
    verify,
    log,
    inboundPerSecond: 100,
    onClose: (name) => endings.push(name),
    now: () => clock,
  });
  return {
    wire,
    endings,
    refresh: async () => {
      connection.receive(Buffer.from(JSON.stringify({ type: 'auth.refresh', ref: 'r', token: 'x' })), false);
      await settle();
      connection.tick();
      return wire.take();
    },
    pass: async (ms: number) => {
      for (const end = clock + ms; clock < end; ) {
        clock += 100;
        connection.pong();
        connection.tick();
      }
      await settle();
      return wire.take().filter(({ type }) => type !== 'beat');
    },
  };
};
const saysNext = (change: Partial<Verified>): Verify => {
  return async () => ({ ok: true, principal: { ...MINE, ...change } });
};

describe('a new token on an open feed', () => {
  it('of the same principal carries it on, with another warning before its own end', async () => {
    const { refresh, pass, endings } = create(saysNext({ expiresAt: 300_000, name: 'another name' }));
    expect(await pass(40_100)).toEqual([{ type: 'auth.expiring', expires_at: 100_000 }]);
    expect(await refresh()).toEqual([{ type: 'ok', ref: 'r' }]);
    expect(await pass(199_800)).toEqual([]);
    expect(await pass(300)).toEqual([{ type: 'auth.expiring', expires_at: 300_000 }]);
    await pass(69_700);
    expect(endings).toEqual([]);
    await pass(300);
    expect(endings).toEqual(['TOKEN_EXPIRED']);
  });

  it('of another one ends it with 4504', async () => {
    const others: Partial<Verified>[] = [{ sub: 'another' }, { role: 'operator' }, { partner_id: 'q' }];
    for (const other of [...others, { partner_id: undefined }]) {
      const { refresh, wire, endings } = create(saysNext({ expiresAt: 300_000, ...other }));
      expect(await refresh()).toEqual([]);
      expect(endings, JSON.stringify(other)).toEqual(['CREDENTIALS']);
      expect(wire.closed).toBe(4_504);
    }
  });

  it('that is not good is refused by its rule; the one before it holds until ten seconds after its end', async () => {
    const { refresh, pass, wire } = create(async () => ({
      ok: false,
      code: 'UNAUTHENTICATED',
      rule: 'exp: the token has expired',
    }));
    expect(await refresh()).toMatchObject([
      { type: 'error', ref: 'r', code: 'UNAUTHENTICATED', details: { rule: 'exp: the token has expired' } },
    ]);
    await pass(110_000);
    expect(wire.closed).toBeUndefined();
    await pass(100);
    expect(wire.closed).toBe(4_003);
  });
});
