import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { COUNT_IDS, type Counts, type MinuteRow } from '@liveboard/contracts';
import {
  createHistoryClient,
  createHistorySink,
  databaseOf,
  type HistoryClient,
  rowsOf,
  toDateTime,
} from '@liveboard/history-store';
import { createLog } from '@liveboard/runtime';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  createLossyRoad,
  createWorld,
  get,
  type LossyRoad,
  type OwnGateway,
  testStack,
  tokenFor,
  type World,
} from '../src/index.ts';

const stack = testStack();
const MINUTE = 60_000;
/** Back-dated rows under a TTL would vanish. */
const BASE = Math.floor(Date.now() / MINUTE) * MINUTE - 180 * MINUTE;
const room = `${randomUUID().slice(0, 6)}-old`;
const product = {
  product_id: '10',
  product_impressions: 3,
  product_clicks: 2,
  created_orders: 1,
  paid_orders: 1,
  items_sold: 4,
  gmv: 2 ** 52,
  gmv_refunds: 0,
  refund_orders: 0,
  refund_items: 0,
  impression_users: 1,
  click_users: 1,
  buyers: 1,
};
const row = (n: number, rev: number, more: Partial<MinuteRow> = {}): MinuteRow => ({
  minute: BASE + n * MINUTE,
  state: 'final',
  in_life: true,
  rev,
  rules: 'w1',
  counts: Object.fromEntries(COUNT_IDS.map((key) => [key, n])) as Counts,
  online: { sum: 60, n: 60, last: 1, max: 1 },
  products: [product],
  sources: [{ source: 'search', views: 1, product_clicks: 0, paid_orders: 0, gmv: 0 }],
  compare: {
    comparator: 'prev5.v1',
    minute: BASE + n * MINUTE,
    base_minutes: 0,
    metrics: {},
    state: 'steady',
    pulse: 0.1,
  },
  ...more,
});

let world: World;
let road: LossyRoad;
let gateway: OwnGateway;
let clickhouse: HistoryClient;

/** Writes minutes as history does; of `rev` several versions, whichever comes last. */
const write = async (id: string, rows: readonly MinuteRow[]): Promise<void> => {
  const sink = createHistorySink(clickhouse, createLog('test', 'silent'), { batchMs: 0 });
  await sink.write(
    rowsOf(rows.map((each) => ({ v: 1, kind: 'minute', generation: 1, at: each.minute, room_id: id, row: each }))),
  );
  await sink.close();
};
const ask = async (id: string, query = '') =>
  get(gateway.url, `/v1/rooms/${id}/minutes${query}`, await tokenFor(gateway.url, 'demo-operator'));

beforeAll(async () => {
  world = await createWorld();
  road = await createLossyRoad(stack.clickhouse_url);
  gateway = await world.gateway({ CLICKHOUSE_URL: road.url });
  clickhouse = createHistoryClient({ url: stack.clickhouse_url, database: databaseOf(stack.namespace) });
});
afterAll(async () => {
  await world.close();
  await clickhouse.close();
  await road.close();
});

it('the minutes of a room are those of history and of Redis, each in its newest version', async () => {
  await write(room, [row(2, 20, { state: 'closed' }), row(1, 9), row(2, 21), row(2, 20), row(3, 30), row(4, 39)]);
  // As after a lost Redis: an older row without its details.
  await world.rooms.write(room, { minutes: [row(3, 30, { products: [], sources: [] }), row(4, 40), row(5, 50)] });
  expect(await ask(room)).toEqual({
    status: 200,
    body: {
      minutes: [row(1, 9), row(2, 21), row(3, 30), row(4, 40), row(5, 50)],
      comparator: 'prev5.v1',
      compare: [1, 2, 3, 4, 5].map((n) => row(n, 0).compare),
      permits: [],
    },
  });
  expect(await ask(room, `?from=${BASE + 2 * MINUTE}&to=${BASE + 3 * MINUTE}`)).toMatchObject({
    body: { minutes: [row(2, 21)] },
  });
});

it('without ClickHouse, what Redis holds is served, and nothing in part', async () => {
  road.set('closed');
  expect(await ask(room, `?from=${BASE + 3 * MINUTE}`)).toMatchObject({
    status: 200,
    body: { minutes: [{ rev: 30 }, { rev: 40 }, { rev: 50 }] },
  });
  const token = await tokenFor(gateway.url, 'demo-operator');
  const refused = await fetch(`${gateway.url}/v1/rooms/${room}/minutes`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, expect.stringMatching(/^\d+$/)]);
  expect(await refused.json()).toMatchObject({ code: 'UNAVAILABLE' });
  road.set('open');
  expect(await ask(room)).toMatchObject({ status: 200 });
});

it('is not served before history has written what Redis holds', async () => {
  const behind = `${room}-behind`;
  await write(behind, [row(1, 9)]);
  await world.rooms.write(behind, { minutes: [row(3, 30)] });
  expect(await ask(behind)).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
  await write(behind, [row(3, 30)]);
  expect(await ask(behind)).toMatchObject({ body: { minutes: [{ rev: 9 }, { rev: 30 }] } });
});

it('the queries of the documentation find what was written', async () => {
  const page = readFileSync(new URL('../../../docs/history.md', import.meta.url), 'utf8');
  const reading = page.slice(page.indexOf('## Reading exactly'), page.indexOf('## Tables'));
  const queries = [...reading.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, sql = '']) => sql);
  expect(queries.length).toBe(6);
  const at = (ms: number): string => toDateTime(ms);
  const params = { room, from: at(BASE), to: at(BASE + 60 * MINUTE) };
  const found = await Promise.all(queries.map((sql) => clickhouse.query<Record<string, string>>(sql, params)));
  const [minutes = [], versions = [], products = [], users = []] = found;
  expect(minutes.map(({ gmv }) => Number(gmv))).toEqual([1, 2, 3, 4]);
  expect(versions.map(({ state }) => state)).toEqual(['final', 'final', 'final', 'final']);
  expect(products).toMatchObject([{ product_id: '10', gmv: String(4 * 2 ** 52) }]);
  expect(users).toMatchObject([{ viewers: '0', buyers: '0' }]);
});
