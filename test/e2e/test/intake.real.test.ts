import { randomUUID } from 'node:crypto';
import { connect, createServer, type Server } from 'node:net';
import { gzipSync } from 'node:zlib';
import { type Problem, partitionOf } from '@liveboard/contracts';
import { createHistoryClient, createHistoryReader, databaseOf } from '@liveboard/history-store';
import { freePort } from '@liveboard/infra/ports';
import { createKeys } from '@liveboard/live-store';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  connectFeed,
  createSigner,
  createWorld,
  type FeedClient,
  type OwnGateway,
  stackFile,
  startGateway,
  startKafka,
  testStack,
  tokenFor,
} from '../src/index.ts';

const stack = testStack();
const url = stack.gateway_url;
let sign: ReturnType<typeof createSigner>;
let operator: string;
let client: FeedClient;
const gateways: OwnGateway[] = [];
let bridge: Server | undefined;

beforeAll(async () => {
  sign = createSigner();
  operator = await tokenFor(url, 'demo-operator');
  client = await connectFeed(url, { token: operator });
});
afterAll(async () => {
  await client.close();
  await Promise.all(gateways.map((gateway) => gateway.kill()));
  bridge?.close();
});

const ownGateway = async (
  env: Readonly<Record<string, string>> = {},
  wanted: 'ready' | 'alive' = 'ready',
): Promise<OwnGateway> => {
  const made = await startGateway(stack, stackFile(), env, wanted);
  gateways.push(made);
  return made;
};
/** A service of these accounts, each time with limits of its own. */
const serviceOf = (...account_ids: string[]): string =>
  sign({ sub: `service-${randomUUID()}`, lb: { role: 'service', account_ids } });

const post = async (token: string, body: NonNullable<RequestInit['body']>, { to = url, headers = {} } = {}) => {
  const answer = await fetch(`${to}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson', ...headers },
    body,
  });
  return {
    status: answer.status,
    retry: answer.headers.get('retry-after'),
    body: (await answer.json()) as Problem & { accepted?: number },
  };
};
const lines = (events: readonly object[]): string => events.map((each) => `${JSON.stringify(each)}\n`).join('');

const event = (room_id: string, type: string, more: object = {}) => ({
  v: 1,
  id: randomUUID(),
  type,
  room_id,
  ts: Date.now(),
  ...more,
});
const started = (room: string, account_id = 'acct-demo') =>
  event(room, 'room.started', {
    account_id,
    handle: '@own',
    name: 'My own room',
    title: 'By HTTP',
    currency: 'EUR',
    timezone: 'Europe/Berlin',
  });
const comment = (room: string) => event(room, 'comment.posted', { user_id: 'u1', text: 'hello' });
const paid = (room: string, n: number) =>
  event(room, 'order.paid', {
    order_id: `o${n}`,
    user_id: `u${n % 7}`,
    items: [{ product_id: 'p1', quantity: 1, amount_minor: 100 }],
  });
const roomOf = (what: string): string => `${what}-${randomUUID().slice(0, 8)}`;

/** The room as the feed has it once so many of its events are counted. */
const countedAt = async (room: string, counted: number) => {
  let last: Awaited<ReturnType<FeedClient['ask']>> | undefined;
  await expect
    .poll(
      async () => {
        last = await client.ask({ type: 'subscribe', room_id: room });
        return last.type === 'snapshot' ? last.health.counted : -1;
      },
      { timeout: 30_000, interval: 500 },
    )
    .toBe(counted);
  if (last?.type !== 'snapshot') throw new Error('no snapshot');
  client.send({ type: 'unsubscribe', room_id: room });
  return last;
};

describe('events that are posted', () => {
  it('become numbers, each once, however often the batch comes', async () => {
    const room = roomOf('posted');
    const token = serviceOf('acct-demo');
    const batch = [started(room), ...Array.from({ length: 4_000 }, (_, n) => paid(room, n)), comment(room)];
    const body = gzipSync(lines(batch));
    for (let n = 0; n < 2; n++)
      expect(await post(token, body, { headers: { 'content-encoding': 'gzip' } })).toMatchObject({
        status: 202,
        body: { accepted: 4_002 },
      });
    const asList = JSON.stringify([comment(room), comment(room)]);
    expect(await post(token, asList, { headers: { 'content-type': 'application/json' } })).toMatchObject({
      status: 202,
      body: { accepted: 2 },
    });
    const { totals, health, room: info } = await countedAt(room, 4_004);
    expect(info).toMatchObject({ account_id: 'acct-demo', title: 'By HTTP' });
    expect(totals).toMatchObject({ gmv: 400_000, paid_orders: 4_000, buyers: 7, comments: 3 });
    await expect.poll(async () => (await countedAt(room, 4_004)).health.duplicates).toBe(4_002);
    expect(health.late).toBe(0);
  });

  it('fill the log with more than one of its batches of one room, none of them refused later', async () => {
    const room = roomOf('large');
    const padding = 'x'.repeat(40_000);
    const batch = [started(room), ...Array.from({ length: 120 }, () => ({ ...comment(room), padding }))];
    expect(await post(serviceOf('acct-demo'), lines(batch))).toMatchObject({ status: 202 });
    await countedAt(room, 121);
  });

  it('are written whole or not at all', async () => {
    const room = roomOf('whole');
    const token = serviceOf('acct-demo');
    const good = [started(room), comment(room), comment(room)];
    const broken = { ...comment(room), user_id: '' };
    expect(await post(token, lines([...good, broken, { ...broken, ts: Date.now() + 60_000 }]))).toMatchObject({
      status: 400,
      body: {
        code: 'INVALID_EVENT',
        errors: [
          { index: 3, reason: 'bad_field', path: 'user_id', rule: 'at least 1 character' },
          { index: 4, reason: 'bad_field', path: 'user_id', rule: 'at least 1 character' },
        ],
      },
    });
    const tick = { v: 1, type: 'clock.tick', ts: Date.now() };
    expect(await post(token, lines([...good, tick]))).toMatchObject({ status: 400, body: { code: 'INVALID_EVENT' } });
    expect(await post(token, lines(good.slice(0, 2)))).toMatchObject({ status: 202 });
    const { health } = await countedAt(room, 2);
    expect(health.duplicates).toBe(0);
  });
});

describe('a service', () => {
  it('writes into rooms of its accounts alone, at whichever gateway it comes', async () => {
    const other = await ownGateway();
    const mine = serviceOf('acct-demo', 'acct-mine');
    const theirs = serviceOf('acct-theirs');
    const room = roomOf('mine');
    const refused = (reason: string) => {
      const errors = expect.arrayContaining([expect.objectContaining({ index: 0, reason })]);
      return { status: 403, body: { code: 'NOT_AUTHORIZED', errors } };
    };
    expect(await post(mine, lines([comment(room)]))).toMatchObject(refused('foreign_room'));
    expect(await post(mine, lines([started(room, 'acct-theirs')]))).toMatchObject(refused('foreign_account'));
    expect(await post(mine, lines([started(room)]))).toMatchObject({ status: 202 });
    // Whether or not ingest has read it by now.
    expect(await post(mine, lines([comment(room)]), { to: other.url })).toMatchObject({ status: 202 });
    for (const batch of [
      [comment(room)],
      [started(room, 'acct-theirs')],
      [started(room, 'acct-theirs'), comment(room)],
    ])
      expect(await post(theirs, lines(batch), { to: other.url })).toMatchObject(refused('foreign_room'));
    await countedAt(room, 2);
    for (const to of [url, other.url])
      expect(await post(theirs, lines([comment(room)]), { to })).toMatchObject(refused('foreign_room'));
    expect(await post(await tokenFor(url, 'demo-service'), lines([comment(room)]))).toMatchObject({ status: 202 });
    await countedAt(room, 3);
    expect(await post(operator, lines([comment(room)]))).toMatchObject({
      status: 403,
      body: { code: 'FORBIDDEN_ROLE' },
    });
  });
});

describe('a room that Redis has forgotten', () => {
  it('is still whose history says', async () => {
    const room = roomOf('old');
    const mine = serviceOf('acct-demo');
    expect(await post(mine, lines([started(room)]))).toMatchObject({ status: 202 });
    await countedAt(room, 1);
    const clickhouse = createHistoryClient({ url: stack.clickhouse_url, database: databaseOf(stack.namespace) });
    const history = createHistoryReader(clickhouse);
    await expect
      .poll(() => history.accounts(['nowhere', room]), { timeout: 120_000, interval: 1_000 })
      .toEqual(new Map([[room, 'acct-demo']]));
    await clickhouse.close();
    const redis = new Redis(stack.redis_url);
    const keys = createKeys(stack.namespace);
    const partition = partitionOf(room, 8);
    await redis.del(keys.room(partition, room), keys.claim(partition, room));
    redis.disconnect();
    expect(await post(serviceOf('acct-theirs'), lines([started(room, 'acct-theirs')]))).toMatchObject({
      status: 403,
      body: { code: 'NOT_AUTHORIZED', errors: [{ index: 0, reason: 'foreign_room' }] },
    });
    expect(await post(mine, lines([started(room)]))).toMatchObject({ status: 202 });
  });
});

describe('without Kafka', () => {
  it('a batch is refused in time, and accepted once the broker answers again', async () => {
    const kafka = await startKafka();
    const world = await createWorld({ ...stack, kafka_brokers: kafka.brokers });
    try {
      const { url: to } = await world.gateway();
      const room = roomOf('frozen');
      const token = serviceOf('acct-demo');
      expect(await post(token, lines([started(room)]), { to })).toMatchObject({ status: 202 });
      kafka.freeze();
      const began = performance.now();
      const refused = await post(token, lines([comment(room)]), { to });
      expect(refused).toMatchObject({ status: 503, retry: '2', body: { code: 'UNAVAILABLE' } });
      expect(performance.now() - began).toBeLessThan(15_000);
      kafka.thaw();
      await expect
        .poll(async () => (await post(token, lines([comment(room)]), { to })).status, { timeout: 60_000 })
        .toBe(202);
    } finally {
      kafka.thaw();
      await world.close();
      await kafka.stop();
    }
  });

  it('a batch is refused in time, and counts once when it comes again', async () => {
    const port = await freePort();
    // It takes nobody in before it has read who may do what.
    const gateway = await ownGateway({ KAFKA_BROKERS: `127.0.0.1:${port}` }, 'alive');
    const room = roomOf('away');
    const token = serviceOf('acct-demo');
    const body = lines([started(room), comment(room), paid(room, 1)]);
    const began = performance.now();
    expect(await post(token, body, { to: gateway.url })).toMatchObject({
      status: 503,
      retry: '2',
      body: { code: 'UNAVAILABLE' },
    });
    expect(performance.now() - began).toBeLessThan(15_000);

    const [host = '', brokerPort = ''] = (stack.kafka_brokers.split(',')[0] ?? '').split(':');
    bridge = createServer((socket) => {
      const broker = connect(Number(brokerPort), host);
      socket.pipe(broker).pipe(socket);
      for (const end of [socket, broker])
        end.on('error', () => undefined).on('close', () => (end === socket ? broker : socket).destroy());
    }).listen(port, '127.0.0.1');
    await expect.poll(async () => (await post(token, body, { to: gateway.url })).status, { timeout: 60_000 }).toBe(202);
    expect(await post(token, body, { to: gateway.url })).toMatchObject({ status: 202, body: { accepted: 3 } });
    const { totals } = await countedAt(room, 3);
    expect(totals).toMatchObject({ comments: 1, gmv: 100, paid_orders: 1 });
  });
});
