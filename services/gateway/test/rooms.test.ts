import type { Card } from '@liveboard/contracts';
import type { Lease } from '@liveboard/live-store';
import fastify from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { createCardReader } from '../src/rest/cards.ts';
import { registerRooms } from '../src/rest/rooms.ts';
import { createFakeDirectory, createFakeStore, type FakeStore, log } from './fakes.ts';

const NOW = 1_000_000;
const stores: FakeStore[] = [];
afterEach(() => {
  for (const { hub } of stores.splice(0)) hub.close();
});

/** The list that a partner is shown of these cards; `acct` is granted to it. */
const list = async (cards: Readonly<Record<string, object | string>>, query: string): Promise<Card[]> => {
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
