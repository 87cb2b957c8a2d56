import type { Card, MinuteRow } from '@liveboard/contracts';
import type { Lease } from '@liveboard/live-store';
import fastify from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { Refusal, sendProblem } from '../src/problem.ts';
import { createCardReader } from '../src/rest/cards.ts';
import type { RestContext } from '../src/rest/context.ts';
import { registerRooms } from '../src/rest/rooms.ts';
import { createFakeDirectory, createFakeStore, type FakeStore, log, storedRoom } from './fakes.ts';

const NOW = 1_000_000;
const stores: FakeStore[] = [];
afterEach(() => {
  for (const { hub } of stores.splice(0)) hub.close();
});

/** The list that a partner is shown of these cards; `acct` is granted to it. */
const list = async (
  cards: Readonly<Record<string, object | string>>,
  query: string,
  record: RestContext['record'] = async () => true,
): Promise<Card[]> => {
  const fake = createFakeStore();
  stores.push(fake);
  const texts = Object.entries(cards).map(([id, card]) => {
    const whole = typeof card === 'string' ? card : { ...BASE, room_id: id, ...card };
    return [id, typeof whole === 'string' ? whole : JSON.stringify(whole)] as const;
  });
  const store = { ...fake.store, cards: () => Promise.resolve(new Map(texts)) };
  const { directory } = createFakeDirectory();
  const app = fastify({ logger: false });
  registerRooms(app, {
    store,
    lease: { list: () => Promise.resolve([]) } as unknown as Lease,
    directory,
    policy: { lookbackDays: 0 },
    cards: createCardReader(store, () => NOW, log),
    record,
    authenticate: () => Promise.resolve({ sub: 's', role: 'partner', partner_id: 'p', issuedAt: 0, expiresAt: 1e12 }),
  });
  const answer = await app.inject({ method: 'GET', url: `/v1/rooms?${query}` });
  await app.close();
  expect(answer.statusCode).toBe(200);
  return answer.json<{ items: Card[] }>().items;
};
const BASE = { account_id: 'acct', totals_from: 0, status: 'live', available: [], metrics: {} };
const ids = async (...args: Parameters<typeof list>): Promise<string[]> =>
  (await list(...args)).map(({ room_id }) => room_id);

describe('the order of rooms', () => {
  it('by viewers is that of a number which no card shows', async () => {
    const cards = { a: { viewers: 5 }, b: { viewers: 30 }, c: {}, d: { viewers: 7 } };
    const shown = await list(cards, 'sort=viewers');
    expect(shown.map(({ room_id }) => room_id)).toEqual(['b', 'd', 'a', 'c']);
    for (const card of shown) expect(card).not.toHaveProperty('viewers');
  });

  it('by duration has the longest first, whether it ended or goes on', async () => {
    const cards = {
      long: { started_at: NOW - 900, status: 'ended', ended_at: NOW - 100 },
      young: { started_at: NOW - 50 },
      brief: { started_at: NOW - 950, status: 'ended', ended_at: NOW - 940 },
      live: { started_at: NOW - 500 },
    };
    expect(await ids(cards, 'sort=duration')).toEqual(['long', 'live', 'young', 'brief']);
  });

  it('by attention has what ended after all that is live', async () => {
    const compare = (state: string) => ({ compare: { state } });
    const ended = { status: 'ended', ended_at: NOW - 1 };
    const cards = {
      a: { ...ended, ...compare('trouble') },
      b: compare('steady'),
      c: {},
      d: { ...ended },
      e: compare('trouble'),
    };
    expect(await ids(cards, 'sort=attention')).toEqual(['e', 'b', 'c', 'a', 'd']);
  });
});

describe('a card that cannot be read', () => {
  it('is left out, and the others are listed', async () => {
    const cards = { a: {}, b: 'null', c: '{', d: { totals_from: 'x' }, e: { compare: 1 }, f: '[]', g: { status: 1 } };
    expect(await ids(cards, '')).toEqual(['a']);
  });
});

describe('the numbers of what has ended', () => {
  it('are not shown where that cannot be recorded', async () => {
    const asked: unknown[] = [];
    const cards = { a: { status: 'ended', ended_at: 60_000, metrics: { gmv: 5 } }, b: { metrics: { gmv: 7 } } };
    const record: RestContext['record'] = async (_, __, reads) => {
      asked.push(...reads);
      return false;
    };
    const shown = await list(cards, 'sort=started_at', record);
    expect(shown.find(({ room_id }) => room_id === 'a')).toEqual({
      room_id: 'a',
      account_id: 'acct',
      status: 'ended',
      totals_from: 0,
      available: [],
      access: 'granted',
      held: false,
    });
    expect(shown.find(({ room_id }) => room_id === 'b')).toMatchObject({ metrics: { gmv: 7 } });
    expect(asked).toEqual([
      {
        what: 'totals',
        room: expect.objectContaining({ room_id: 'a' }),
        range: { from: 0, to: 60_000 },
        permits: [{ authorization_id: 'p~acct', contract_id: 'c', from: 0 }],
      },
    ]);
  });

  it('are not shown of minutes either, nor where rights end meanwhile', async () => {
    const fake = createFakeStore();
    stores.push(fake);
    const row = {
      minute: 60_000,
      state: 'final',
      in_life: true,
      rev: 1,
      rules: 'w1',
      counts: {},
      products: [],
      sources: [],
    };
    fake.rooms.set('r', {
      ...storedRoom('r', 1, { status: 'ended', ended_at: 120_000 }),
      minutes: [row as unknown as MinuteRow],
    });
    const { directory, revoke } = createFakeDirectory();
    const asked: unknown[] = [];
    let during = async (): Promise<boolean> => true;
    const app = fastify({ logger: false });
    app.setErrorHandler((error, _, reply) =>
      error instanceof Refusal ? sendProblem(reply, error.code, error.message) : reply.code(500).send(`${error}`),
    );
    registerRooms(app, {
      store: fake.store,
      lease: { list: () => Promise.resolve([]) } as unknown as Lease,
      directory,
      policy: { lookbackDays: 0 },
      cards: createCardReader(fake.store, () => NOW, log),
      record: (_, __, reads) => {
        asked.push(...reads);
        return during();
      },
      authenticate: () => Promise.resolve({ sub: 's', role: 'partner', partner_id: 'p', issuedAt: 0, expiresAt: 1e12 }),
    });
    const ask = async () => {
      const { statusCode, body } = await app.inject({ method: 'GET', url: '/v1/rooms/r/minutes' });
      return [statusCode, (JSON.parse(body) as { code?: string }).code];
    };
    expect(await ask()).toEqual([200, undefined]);
    expect(asked).toMatchObject([
      { what: 'minutes', range: { from: 60_000, to: 120_000 }, permits: [{ contract_id: 'c' }] },
    ]);
    during = async () => false;
    expect(await ask()).toEqual([503, 'UNAVAILABLE']);
    during = async () => {
      revoke();
      return true;
    };
    expect(await ask()).toEqual([403, 'AUTHORIZATION_REVOKED']);
    await app.close();
  });
});
