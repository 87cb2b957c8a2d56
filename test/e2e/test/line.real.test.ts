import { randomUUID } from 'node:crypto';
import type { Ledger, QuarantineRecord } from '@liveboard/contracts';
import { TOPICS } from '@liveboard/contracts';
import { createLogReader } from '@liveboard/kafka';
import { createLog } from '@liveboard/runtime';
import { MALFORMED } from '@liveboard/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectFeed, createEvents, type FeedClient, get, testStack, tokenFor } from '../src/index.ts';

const stack = testStack();
const url = stack.gateway_url;
let events: Awaited<ReturnType<typeof createEvents>>;
let token: string;
const clients: FeedClient[] = [];

beforeAll(async () => {
  events = await createEvents(stack);
  token = await tokenFor(url, 'demo-operator');
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await events.close();
});

const open = async (): Promise<FeedClient> => {
  const client = await connectFeed(url, { token });
  clients.push(client);
  return client;
};

const event = (room_id: string, type: string, more: object = {}, id: string = randomUUID()) => ({
  v: 1,
  id,
  type,
  room_id,
  ts: Date.now(),
  ...more,
});
const started = (room: string): object =>
  event(room, 'room.started', {
    account_id: 'acct-demo',
    handle: '@own',
    name: 'My own room',
    title: 'First try',
    currency: 'EUR',
    timezone: 'Europe/Berlin',
  });
const line = { product_id: 'p1', quantity: 2, amount_minor: 1_999 };

/** Subscribes as soon as the room is known. */
const watch = async (client: FeedClient, room: string) => {
  await expect
    .poll(
      async () =>
        ((await get(url, '/v1/rooms?status=live&limit=100', token)).body as { items: { room_id: string }[] }).items.map(
          ({ room_id }) => room_id,
        ),
      { timeout: 20_000 },
    )
    .toContain(room);
  client.send({ type: 'subscribe', room_id: room, ref: room });
  return client.next('snapshot', ({ room_id }) => room_id === room);
};

/** Waits until the room's counted events reach `counted`, and gives its totals as the feed has them then. */
const totalsAt = async (client: FeedClient, room: string, counted: number) => {
  await watch(client, room);
  await expect
    .poll(
      async () => {
        client.send({ type: 'subscribe', room_id: room, ref: randomUUID() });
        const last = [...client.messages].reverse().find((m) => m.type === 'snapshot' && m.room_id === room);
        return last?.type === 'snapshot' ? last.health.counted : -1;
      },
      { timeout: 20_000, interval: 700 },
    )
    .toBe(counted);
  const last = [...client.messages].reverse().find((m) => m.type === 'snapshot' && m.room_id === room);
  if (last?.type !== 'snapshot') throw new Error('no snapshot');
  return last;
};

describe('a room of one’s own', () => {
  it('appears with the expected numbers, wherever its records lie and however often they come', async () => {
    const room = `own-${randomUUID().slice(0, 8)}`;
    const home = events.place(room);
    const order = {
      order_id: 'o1',
      user_id: 'u1',
      items: [line, { product_id: 'p2', quantity: 1, amount_minor: 500 }],
    };
    const paid = event(room, 'order.paid', order, 'paid');
    await events.send(room, [
      started(room),
      event(room, 'viewer.entered', { user_id: 'u1', source: 'for_you' }),
      event(room, 'viewer.entered', { user_id: 'u2', source: 'search' }),
      event(room, 'order.created', order),
      paid,
      { ...paid, ts: Date.now() - 1 },
      event(room, 'order.paid', order),
    ]);
    // What another client's partitioner put elsewhere comes home.
    await events.send(room, [event(room, 'comment.posted', { user_id: 'u2', text: 'hello' })], (home + 1) % 8);
    const { totals, health, room: info } = await totalsAt(await open(), room, 7);
    expect(info).toMatchObject({ account_id: 'acct-demo', currency: 'EUR', status: 'live' });
    expect(totals).toMatchObject({
      views: 2,
      viewers: 2,
      created_orders: 2,
      paid_orders: 2,
      items_sold: 3,
      buyers: 1,
      gmv: 2_499,
      comments: 1,
      unpaid_orders: 0,
    });
    expect(health.duplicates).toBe(1);
  });

  it('stops at the largest exact sum, and takes `__proto__` for an id like any other', async () => {
    const room = `sums-${randomUUID().slice(0, 8)}`;
    const max = 1_000_000_000_000;
    const many = Array.from({ length: 300 }, (_, n) => ({
      product_id: '__proto__',
      line_id: `l${n}`,
      quantity: 1,
      amount_minor: max,
    }));
    const orders = Array.from({ length: 40 }, (_, n) =>
      event(room, 'order.paid', { order_id: `o${n}`, user_id: '__proto__', items: many }),
    );
    for (const each of [started(room), ...orders]) await events.send(room, [each]);
    const { totals, products } = await totalsAt(await open(), room, 41);
    expect(totals?.gmv).toBe(Number.MAX_SAFE_INTEGER);
    expect(totals?.paid_orders).toBe(12_000);
    expect(products).toMatchObject([{ product_id: '__proto__', gmv: Number.MAX_SAFE_INTEGER }]);
  });
});

describe('bad input', () => {
  it('is quarantined by reason and field, moves nothing, and the ledger balances', async () => {
    const room = `bad-${randomUUID().slice(0, 8)}`;
    const partition = events.place(room);
    await events.send(room, [started(room)]);
    const placed: { offset: number; name: string; reason: string }[] = [];
    for (const { name, reason, build } of MALFORMED) {
      const [at] = await events.send(room, [build(room, Date.now(), `bad-${name}`)]);
      placed.push({ offset: at?.baseOffset ?? -1, name, reason });
    }
    const { totals } = await totalsAt(await open(), room, 1);
    expect(totals).toMatchObject({ views: 0, gmv: 0, comments: 0 });

    const kept = new Map<number, QuarantineRecord>();
    const reader = createLogReader(
      { brokers: stack.kafka_brokers.split(','), clientId: 'test', log: createLog('test', 'error') },
      stack.namespace,
    );
    await expect
      .poll(
        async () => {
          await reader.readAll(stack.namespace + TOPICS.quarantine.name, (records) => {
            for (const { value } of records) {
              const record = JSON.parse(value?.toString() ?? '') as QuarantineRecord;
              if (record.partition === partition) kept.set(record.offset, record);
            }
          });
          return placed.filter(({ offset }) => !kept.has(offset)).map(({ name }) => name);
        },
        { timeout: 30_000, interval: 1_000 },
      )
      .toEqual([]);
    for (const { offset, name, reason } of placed) {
      const record = kept.get(offset);
      expect(`${name}: ${record?.reason}`).toBe(`${name}: ${reason}`);
      expect(record?.detail).not.toBe('');
    }
    const { body } = await get(url, '/v1/health/data', token);
    const { partitions, total } = body as { partitions: { ledger: Ledger }[]; total: Ledger };
    for (const { ledger } of [...partitions, { ledger: total }]) {
      const { in: all, ...parts } = ledger;
      expect(Object.values(parts).reduce((a, b) => a + b, 0)).toBe(all);
    }
    expect(total.quarantined).toBeGreaterThanOrEqual(MALFORMED.length);
  });
});
