import { TOPICS } from '@liveboard/contracts';
import { createFoldedLog, createKafkaProducer, type FoldedLog, type FoldedRecord } from '@liveboard/kafka';
import { createLog } from '@liveboard/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createOwnNames,
  createWorld,
  get,
  type OwnGateway,
  type OwnNames,
  tokenFor,
  type World,
} from '../src/index.ts';

const log = createLog('test', 'fatal');
let names: OwnNames;
let kafka: { brokers: string[]; clientId: string; log: typeof log };
let topic: string;
const logs: FoldedLog<string>[] = [];

beforeAll(async () => {
  names = await createOwnNames();
  kafka = { brokers: names.stack.kafka_brokers.split(','), clientId: 'liveboard-test', log };
  topic = names.namespace + TOPICS.directory.name;
});
afterAll(async () => {
  await Promise.all(logs.map((each) => each.stop()));
  names.remove();
});

const message = (text: string) => ({ key: 'k', value: Buffer.from(text) });
/** A reader whose fold keeps everything; what it says of a record is its text and how many it has. */
const follow = () => {
  const records: FoldedRecord[] = [];
  const made = createFoldedLog<string>({
    ...kafka,
    namespace: names.namespace,
    name: 'directory',
    topic,
    confirmEveryMs: 200,
    fold: (record) => {
      records.push(record);
      return `${record.value?.toString()} ${records.length}`;
    },
  });
  logs.push(made);
  made.start();
  return { log: made, records };
};

describe('a folded log', () => {
  it('is ready at its end, reads from the first record on, and reads its own records back', async () => {
    const first = follow();
    expect(first.log.unconfirmedMs()).toBeUndefined();
    await first.log.ready;
    expect(first.records).toEqual([]);
    expect(await first.log.append([message('a'), message('b')])).toEqual(['a 1', 'b 2']);
    const second = follow();
    await second.log.ready;
    expect(second.records).toEqual(first.records);
    expect(second.records.map(({ offset }) => offset)).toEqual([0, 1]);
    for (const { append } of second.records) expect(Math.abs(append - Date.now())).toBeLessThan(60_000);
    // Somebody else's record between theirs.
    const both = await Promise.all([first.log.append([message('c')]), second.log.append([message('d')])]);
    expect(
      both
        .flat()
        .map((each) => each.slice(2))
        .sort(),
    ).toEqual(['3', '4']);
    await expect.poll(() => [first.records.length, second.records.length]).toEqual([4, 4]);
    expect(second.records).toEqual(first.records);
  });

  it('is confirmed again and again', async () => {
    const { log: followed } = follow();
    await followed.ready;
    await expect.poll(() => followed.unconfirmedMs(), { interval: 50, timeout: 10_000 }).toBeGreaterThan(100);
    await expect.poll(() => followed.unconfirmedMs(), { interval: 20, timeout: 10_000 }).toBeLessThan(100);
  });

  it('hears of a record that another producer writes within a second', async () => {
    const { log: followed, records } = follow();
    await followed.ready;
    const before = records.length;
    const producer = createKafkaProducer(kafka);
    await producer.connect();
    await producer.send(topic, [{ ...message('e'), partition: 0 }]);
    const sentAt = performance.now();
    await expect.poll(() => records.length, { interval: 10, timeout: 5_000 }).toBe(before + 1);
    expect(performance.now() - sentAt).toBeLessThan(1_000);
    await producer.disconnect();
  });
});

it('a log that was made anew under its reader is not confirmed any more', async () => {
  const own = await createOwnNames();
  const made = createFoldedLog<number>({
    ...kafka,
    namespace: own.namespace,
    name: 'directory',
    topic: own.namespace + TOPICS.directory.name,
    confirmEveryMs: 100,
    fold: ({ offset }) => offset,
  });
  made.start();
  expect(await made.append([message('a'), message('b')])).toEqual([0, 1]);
  await made.ready;
  await own.renew(TOPICS.directory.name);
  await expect.poll(() => made.unconfirmedMs(), { interval: 100, timeout: 30_000 }).toBeGreaterThan(3_000);
  await made.stop();
  own.remove();
});

describe('gateways', () => {
  let world: World;
  let gateways: OwnGateway[];
  let producer: ReturnType<typeof createKafkaProducer>;
  const ROOM = 'directory-room';
  const append = async (kind: string, id: string, rev: number, body: object): Promise<void> => {
    const value = Buffer.from(JSON.stringify({ v: 1, kind, id, rev, by: 'test', body }));
    await producer.send(topic, [{ key: `${kind}/${id}`, value, partition: 0 }]);
  };

  beforeAll(async () => {
    world = await createWorld(names.stack);
    await world.rooms.write(ROOM);
    gateways = await Promise.all([world.gateway(), world.gateway()]);
    producer = createKafkaProducer(kafka);
    await producer.connect();
  });
  afterAll(async () => {
    await producer.disconnect();
    await world.close();
  });

  it('that start together write the records of development once', async () => {
    const [one, two] = [follow(), follow()];
    await Promise.all([one.log.ready, two.log.ready]);
    const keys = one.records.map(({ value }) => {
      try {
        const { kind, id, rev } = JSON.parse(value?.toString() ?? '') as Record<string, unknown>;
        return `${kind}/${id} ${rev}`;
      } catch {
        return '';
      }
    });
    expect(keys).toContain('authorization/northlight~acct-demo 1');
    const before = one.records.length;
    const third = await world.gateway();
    await two.log.append([message('f')]);
    expect(two.records.length).toBe(before + 1);
    await third.kill();
  });

  it('all follow a revocation, within a second, for feed and REST', async () => {
    const clients = await Promise.all(gateways.map(({ url }) => world.connect(url, 'demo-partner')));
    for (const client of clients)
      expect(await client.ask({ type: 'subscribe', room_id: ROOM })).toMatchObject({ type: 'snapshot' });
    const path = `/v1/rooms/${ROOM}/minutes`;
    for (const { url } of gateways)
      expect(await get(url, path, await tokenFor(url, 'demo-partner'))).toMatchObject({ status: 200 });
    const about = { partner_id: 'northlight', account_id: 'acct-demo', scopes: [] };
    await append('authorization', 'northlight~acct-demo', 2, { ...about, state: 'revoked' });
    const revokedAt = performance.now();
    for (const client of clients)
      expect(await client.next('revoked')).toMatchObject({ room_id: ROOM, code: 'AUTHORIZATION_REVOKED' });
    expect(performance.now() - revokedAt).toBeLessThan(1_000);
    for (const { url } of gateways)
      expect(await get(url, path, await tokenFor(url, 'demo-partner'))).toMatchObject({
        status: 403,
        body: { code: 'AUTHORIZATION_REVOKED', rule: expect.any(String) },
      });
  });

  it('close the feeds of a principal whose tokens are no longer good', async () => {
    const [{ url } = { url: '' }] = gateways;
    const token = await tokenFor(url, 'demo-host');
    const client = await world.connect(url, 'demo-host');
    await append('principal', 'demo-host', 1, { not_before: Date.now() + 60_000 });
    expect(await client.closed).toBe(4_504);
    expect(await get(url, '/v1/me', token)).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
  });
});
