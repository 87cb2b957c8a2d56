import { randomUUID } from 'node:crypto';
import type { Card, Problem } from '@liveboard/contracts';
import { DEMO_ACCOUNTS } from '@liveboard/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSigner, createWorld, get, type OwnGateway, testStack, tokenFor, type World } from '../src/index.ts';

let world: World;
let gateway: OwnGateway;
const stack = testStack();
const prefix = randomUUID().slice(0, 6);
const mine = `${prefix}-mine`;
const hidden = `${prefix}-hidden`;
const ended = `${prefix}-ended`;
/** The account whose seller was not asked yet. */
const unasked = DEMO_ACCOUNTS.at(-1)?.account_id as string;

const as = async (sub: string, path: string) => get(gateway.url, path, await tokenFor(gateway.url, sub));
const cards = async (sub: string, query = ''): Promise<Card[]> => {
  const { body } = await as(sub, `/v1/rooms?limit=100${query}`);
  return (body as { items: Card[] }).items;
};
/** Within the contracts, and not beyond the lookback limit. */
const BASE = Math.floor(Date.now() / 60_000) * 60_000 - 60 * 60_000;
const minuteAt = (n: number): number => BASE + n * 60_000;
const row = (n: number, rev: number) => ({
  minute: minuteAt(n),
  state: 'final' as const,
  in_life: true,
  rev,
  rules: 'w1',
  counts: {} as never,
  products: [],
  sources: [],
});

beforeAll(async () => {
  world = await createWorld();
  gateway = await world.gateway();
  const minutes = [row(10, 1), row(11, 1), row(12, 1)];
  const about = { handle: '@Café.Größe', name: 'Crème', title: 'Deals', currency: 'EUR', timezone: 'Europe/Berlin' };
  await world.rooms.write(mine, { info: about, minutes });
  await world.rooms.write(hidden, { info: { ...about, account_id: unasked, shop_id: 's', started_at: 5 }, minutes });
  await world.rooms.write(ended, { info: { status: 'ended', ended_at: Date.now() }, minutes });
});
afterAll(() => world.close());

describe('the list of rooms', () => {
  it('shows numbers where they are granted, and of the others that they are live and whose they are', async () => {
    const all = await cards('demo-partner');
    expect(all.find(({ room_id }) => room_id === mine)).toMatchObject({
      access: 'granted',
      held: false,
      title: 'Deals',
    });
    const other = all.find(({ room_id }) => room_id === hidden);
    expect(Object.keys(other ?? {}).sort()).toEqual(
      ['access', 'account_id', 'available', 'handle', 'name', 'room_id', 'status', 'totals_from'].sort(),
    );
    expect(other).toMatchObject({ access: 'none', available: [] });
    expect((await cards('demo-partner-2')).map(({ room_id }) => room_id)).not.toContain(mine);
    expect((await cards('demo-host')).map(({ room_id }) => room_id)).toContain(mine);
    expect(await cards('demo-seller')).toEqual([]);
  });

  it('is searched without regard to marks and case, filtered, and read in pages', async () => {
    const ids = async (query: string) => (await cards('demo-operator', query)).map(({ room_id }) => room_id);
    expect(await ids('&search=CAFE.gro')).toEqual(expect.arrayContaining([mine, hidden]));
    expect(await ids('&search=creme&status=ended')).not.toContain(mine);
    expect(await ids('&status=ended')).toEqual([ended]);
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await as('demo-operator', `/v1/rooms?limit=1&sort=started_at${cursor}`);
      const { items, next_cursor } = body as { items: Card[]; next_cursor?: string };
      seen.push(...items.map(({ room_id }) => room_id));
      cursor = next_cursor === undefined ? '' : `&cursor=${next_cursor}`;
    } while (cursor !== '');
    expect([...seen].sort()).toEqual([mine, hidden, ended].sort());
    expect(await as('demo-operator', '/v1/rooms?cursor=nonsense')).toMatchObject({
      status: 400,
      body: { code: 'INVALID_CURSOR' },
    });
  });
});

describe('the minutes of a room', () => {
  it('need one of the five slots while it is live, and name what permits them', async () => {
    const path = `/v1/rooms/${mine}/minutes`;
    expect(await as('demo-partner', path)).toMatchObject({ status: 409, body: { code: 'ROOM_NOT_MONITORED' } });
    expect(await as('demo-host', path)).toMatchObject({ status: 200, body: { permits: [] } });
    const client = await world.connect(gateway.url, 'demo-partner');
    await client.ask({ type: 'subscribe', room_id: mine });
    expect(await as('demo-colleague', path)).toMatchObject({
      status: 200,
      body: {
        minutes: [{ minute: minuteAt(10) }, { minute: minuteAt(11) }, { minute: minuteAt(12) }],
        comparator: 'prev5.v1',
        compare: [],
        permits: [{ authorization_id: 'northlight~acct-demo', contract_id: 'northlight-acct-demo' }],
      },
    });
    expect(await as('demo-partner', `${path}?from=${minuteAt(11)}&to=${minuteAt(12)}`)).toMatchObject({
      body: { minutes: [{ minute: minuteAt(11) }] },
    });
    await client.close();
    expect(await as('demo-partner', `/v1/rooms/${ended}/minutes`)).toMatchObject({ status: 200 });
    expect(await as('demo-partner', `/v1/rooms/${hidden}/minutes`)).toMatchObject({
      status: 403,
      body: { code: 'NOT_AUTHORIZED', rule: expect.any(String) },
    });
    for (const [sub, id] of [
      ['demo-partner-2', mine],
      ['demo-operator', 'nowhere'],
    ] as const)
      expect(await as(sub, `/v1/rooms/${id}/minutes`)).toMatchObject({ status: 404, body: { code: 'ROOM_NOT_FOUND' } });
  });
});

describe('a refusal', () => {
  it('is a problem document that names field and rule', async () => {
    const token = await tokenFor(gateway.url, 'demo-partner');
    const fetched = await fetch(`${gateway.url}/v1/rooms?limit=0`, { headers: { authorization: `Bearer ${token}` } });
    expect(fetched.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    const problem = (await fetched.json()) as Problem;
    expect(problem).toMatchObject({
      type: 'urn:liveboard:error:INVALID_REQUEST',
      title: expect.any(String),
      status: 400,
      code: 'INVALID_REQUEST',
      detail: expect.stringMatching(/^limit: /),
      errors: [{ path: 'limit', reason: expect.any(String) }],
    });
    const cases: [number, string, string][] = [
      [400, 'INVALID_REQUEST', '/v1/rooms?surprise=1'],
      [400, 'INVALID_REQUEST', '/v1/rooms/a%20b/minutes'],
      [400, 'INVALID_REQUEST', `/v1/rooms/${mine}/minutes?from=x`],
      [404, 'INVALID_REQUEST', '/v1/elsewhere'],
      [403, 'FORBIDDEN_ROLE', '/v1/health/data'],
    ];
    for (const [status, code, path] of cases)
      expect(await get(gateway.url, path, token), path).toMatchObject({ status, body: { status, code } });
    const sign = createSigner();
    for (const bad of ['', 'x', sign({ aud: 'elsewhere' })])
      expect(await get(gateway.url, '/v1/me', bad)).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
    expect((await fetch(`${gateway.url}/v1/me`)).status).toBe(401);
    const post = await fetch(`${gateway.url}/dev/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{',
    });
    expect(post.status).toBe(400);
  });
});

describe('who I am and how sound the data is', () => {
  it('is told to each by role', async () => {
    expect(await as('demo-partner', '/v1/me')).toMatchObject({
      status: 200,
      body: {
        sub: 'demo-partner',
        role: 'partner',
        partner: { id: 'northlight', name: 'Northlight' },
        modules: ['LA'],
      },
    });
    const health = await get(stack.gateway_url, '/v1/health/data', await tokenFor(stack.gateway_url, 'demo-operator'));
    expect(health).toMatchObject({
      status: 200,
      body: {
        partitions: Array.from({ length: 8 }, (_, n) => ({ n, generation: 1, lag: expect.any(Number) })),
        history: { lag: expect.any(Number) },
      },
    });
    for (const path of ['/healthz', '/readyz', '/metrics'])
      expect((await fetch(gateway.url + path)).status, path).toBe(200);
    const { items } = (await (await fetch(`${gateway.url}/dev/accounts`)).json()) as { items: { sub: string }[] };
    expect(items.map(({ sub }) => sub)).toEqual(
      expect.arrayContaining([
        'demo-partner',
        'demo-partner-2',
        'demo-host',
        'demo-seller',
        'demo-operator',
        'demo-service',
      ]),
    );
  });
});
