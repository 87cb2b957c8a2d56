import { type AccessEntry, type AuthorizationView, TOPICS } from '@liveboard/contracts';
import { createFoldedLog, createKafkaProducer } from '@liveboard/kafka';
import { createLog } from '@liveboard/runtime';
import { DEMO_ACCOUNTS } from '@liveboard/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createOwnNames,
  createWorld,
  get,
  type OwnGateway,
  type OwnNames,
  post,
  tokenFor,
  type World,
} from '../src/index.ts';

const ROOM = 'grants-room';
const ENDED = 'grants-ended';
const UNASKED = DEMO_ACCOUNTS.at(-1)?.account_id as string;
const OWN = 'northlight~acct-demo';
const MINUTES = `/v1/rooms/${ROOM}/minutes`;
const MINUTE = 60_000;
const BASE = Math.floor(Date.now() / MINUTE) * MINUTE - 60 * MINUTE;
const row = (n: number) => ({
  minute: BASE + n * MINUTE,
  state: 'final' as const,
  in_life: true,
  rev: 1,
  rules: 'w1',
  counts: {} as never,
  products: [],
  sources: [],
});
const kafkaOf = ({ stack }: OwnNames) => ({
  brokers: stack.kafka_brokers.split(','),
  clientId: 'liveboard-test',
  log: createLog('test', 'fatal'),
});

let names: OwnNames;
let world: World;
let one: OwnGateway;
let two: OwnGateway;
let producer: ReturnType<typeof createKafkaProducer>;

beforeAll(async () => {
  names = await createOwnNames();
  world = await createWorld(names.stack);
  const minutes = [row(1), row(2), row(3)];
  await world.rooms.write(ROOM, { info: { started_at: BASE }, minutes });
  await world.rooms.write(ENDED, { info: { status: 'ended', started_at: BASE, ended_at: BASE + 5 * MINUTE }, minutes });
  const [a, b] = await Promise.all([world.gateway(), world.gateway()]);
  [one, two] = [a, b];
  producer = createKafkaProducer(kafkaOf(names));
  await producer.connect();
});
afterAll(async () => {
  await producer?.disconnect();
  await world?.close();
  names?.remove();
});

const as = async ({ url }: OwnGateway, sub: string, path: string) => get(url, path, await tokenFor(url, sub));
const step = async ({ url }: OwnGateway, sub: string, id: string, name: string, body: object = {}) =>
  post(url, `/v1/authorizations/${encodeURIComponent(id)}/${name}`, await tokenFor(url, sub), body);
const request = async ({ url }: OwnGateway, sub: string, body: object) =>
  post(url, '/v1/authorizations', await tokenFor(url, sub), body);
const watch = async () => {
  const clients = await Promise.all([one, two].map(({ url }) => world.connect(url, 'demo-partner')));
  for (const client of clients)
    expect(await client.ask({ type: 'subscribe', room_id: ROOM })).toMatchObject({ type: 'snapshot' });
  return clients;
};
/** When each gateway's REST first refuses the partner, ms after `since`. */
const refusedAfter = (since: number, code: string) =>
  Promise.all(
    [one, two].map(async ({ url }) => {
      const token = await tokenFor(url, 'demo-partner');
      await expect
        .poll(() => get(url, MINUTES, token), { interval: 5, timeout: 10_000 })
        .toMatchObject({ status: 403, body: { code } });
      return performance.now() - since;
    }),
  );
const entries = async (gateway: OwnGateway, sub: string, query = ''): Promise<AccessEntry[]> => {
  const { status, body } = await as(gateway, sub, `/v1/access-log?limit=100${query}`);
  expect(status).toBe(200);
  return (body as { entries: AccessEntry[] }).entries;
};

describe('an authorization', () => {
  it('is asked for with one gateway and granted with another, by link, by the main account alone', async () => {
    const asked = await request(one, 'demo-partner', { account_id: UNASKED, scopes: ['live', 'history'] });
    expect(asked).toMatchObject({ status: 201, body: { state: 'requested', account_id: UNASKED } });
    const { id, grant_path = '' } = asked.body as AuthorizationView;
    const path = `/v1/grants/${grant_path.slice('/grant/'.length)}`;
    await expect.poll(async () => (await as(two, 'demo-seller', path)).status).toBe(200);
    expect(await as(two, 'demo-seller', path)).toMatchObject({
      body: {
        id,
        partner: { id: 'northlight', name: 'Northlight' },
        subject: { account_id: UNASKED },
        scopes: ['live', 'history'],
        state: 'requested',
        contract: { id: `northlight-${UNASKED}` },
        steps: ['grant', 'decline'],
      },
    });
    expect(await step(two, 'demo-clerk', id, 'grant')).toMatchObject({ status: 403, body: { code: 'FORBIDDEN_ROLE' } });
    expect(await step(two, 'demo-partner-2', id, 'withdraw')).toMatchObject({
      status: 404,
      body: { code: 'AUTHORIZATION_NOT_FOUND' },
    });
    // Both decide at once: the first in the log wins.
    const both = await Promise.all([step(one, 'demo-seller', id, 'grant'), step(two, 'demo-seller', id, 'decline')]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const state = both[0].status === 200 ? 'granted' : 'declined';
    for (const gateway of [one, two])
      await expect
        .poll(() => as(gateway, 'demo-partner', `/v1/authorizations?account_id=${UNASKED}`))
        .toMatchObject({ body: { items: [{ id, state }] } });
  });

  it('that is revoked ends feeds and REST of every gateway within a second', async () => {
    const clients = await watch();
    for (const gateway of [one, two]) expect(await as(gateway, 'demo-partner', MINUTES)).toMatchObject({ status: 200 });
    const token = await tokenFor(one.url, 'demo-seller');
    const since = performance.now();
    const revoking = post(one.url, `/v1/authorizations/${encodeURIComponent(OWN)}/revoke`, token);
    const rest = refusedAfter(since, 'AUTHORIZATION_REVOKED');
    const told = clients.map(async (client) => {
      expect(await client.next('revoked')).toMatchObject({ room_id: ROOM, code: 'AUTHORIZATION_REVOKED' });
      return performance.now() - since;
    });
    expect(await revoking).toMatchObject({ status: 200, body: { state: 'revoked' } });
    const answered = performance.now() - since;
    const took = { answered, feed: await Promise.all(told), rest: await rest };
    console.log(`revoked over REST, ms after the request: ${JSON.stringify(took)}`);
    expect(Math.max(...took.feed)).toBeLessThan(1_000);
    expect(Math.max(...took.rest)).toBeLessThan(1_000);
    const { body } = await as(two, 'demo-partner', '/v1/rooms');
    const card = (body as { items: { room_id: string }[] }).items.find(({ room_id }) => room_id === ROOM);
    expect(card).toMatchObject({ access: 'revoked' });
    expect(card).not.toHaveProperty('metrics');
    await world.leave();
    const access = async () => {
      const { body: list } = await as(two, 'demo-partner', '/v1/rooms');
      return (list as { items: { room_id: string; access: string }[] }).items.find(({ room_id }) => room_id === ROOM)
        ?.access;
    };
    expect(await step(one, 'demo-seller', OWN, 'grant')).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
    await request(two, 'demo-partner', { account_id: 'acct-demo' });
    expect(await access()).toBe('requested');
    await step(two, 'demo-seller', OWN, 'decline');
    expect(await access()).toBe('declined');
    await request(two, 'demo-partner', { account_id: 'acct-demo' });
    expect(await step(two, 'demo-seller', OWN, 'grant', { scopes: ['live', 'history'] })).toMatchObject({
      status: 200,
      body: { state: 'granted', scopes: ['live', 'history'] },
    });
    expect(await access()).toBe('granted');
  });
});

describe('the access log', () => {
  it('has every step and every read for both sides, in every gateway', async () => {
    await as(one, 'demo-partner', `/v1/rooms/${ENDED}/minutes`);
    await as(one, 'demo-partner', `/v1/rooms/${ENDED}/minutes?from=${BASE + 2 * MINUTE}`);
    await as(two, 'demo-operator', `/v1/rooms/${ENDED}/minutes`);
    const range = { from: BASE + MINUTE, to: BASE + 4 * MINUTE };
    const about = { room_id: ENDED, account_id: 'acct-demo', range };
    for (const gateway of [one, two]) {
      await expect
        .poll(() => entries(gateway, 'demo-clerk', '&subject=acct-demo'))
        .toContainEqual(expect.objectContaining({ ...about, by: 'demo-operator', what: 'minutes' }));
      const seen = await entries(gateway, 'demo-clerk', '&subject=acct-demo');
      const read = { ...about, by: 'demo-partner', partner_id: 'northlight', contract_id: 'northlight-acct-demo' };
      expect(
        seen.filter(({ by, what, room_id }) => by === 'demo-partner' && what === 'minutes' && room_id === ENDED),
      ).toEqual([{ ...read, what: 'minutes', at: expect.any(Number) }]);
      expect(seen.filter(({ scopes }) => scopes !== undefined).map(({ by, what }) => `${by} ${what}`)).toEqual([
        'demo-seller granted',
        'demo-partner requested',
        'demo-seller declined',
        'demo-partner requested',
        'demo-seller revoked',
        'dev granted',
      ]);
      expect(seen.map(({ at }) => at)).toEqual(seen.map(({ at }) => at).sort((a, b) => b - a));
      const partners = await entries(gateway, 'demo-colleague');
      expect(new Set(partners.map(({ partner_id }) => partner_id))).toEqual(new Set(['northlight']));
      expect(partners).toContainEqual(expect.objectContaining(read));
      expect((await entries(gateway, 'demo-partner-2')).some(({ account_id }) => account_id === 'acct-demo')).toBe(
        false,
      );
      expect(await as(gateway, 'demo-host', '/v1/access-log')).toMatchObject({ status: 403 });
    }
    const third = await world.gateway();
    await expect
      .poll(() => as(third, 'demo-operator', '/v1/access-log?limit=100'), { timeout: 10_000 })
      .toEqual(await as(one, 'demo-operator', '/v1/access-log?limit=100'));
    await third.kill();
  });

  it('is read from so many records before its end as are wanted', async () => {
    const topic = names.namespace + TOPICS.access.name;
    const folded: number[] = [];
    const follow = createFoldedLog({
      ...kafkaOf(names),
      namespace: names.namespace,
      name: 'access',
      topic,
      last: 2,
      fold: ({ offset }) => folded.push(offset),
    });
    const message = { key: 'k', value: Buffer.from('{}') };
    await producer.send(topic, [{ ...message }, { ...message }, { ...message }]);
    follow.start();
    await follow.ready;
    expect(folded).toHaveLength(2);
    await follow.append([message]);
    expect(folded).toHaveLength(3);
    await follow.stop();
  });
});

it('a contract’s end stops the feed at every gateway within a second', async () => {
  const clients = await watch();
  const to = Date.now() + 1_500;
  const body = { partner_id: 'northlight', account_id: 'acct-demo', level: 'account', services: ['LIVE'], from: 0, to };
  const record = { v: 1, kind: 'contract', id: 'northlight-acct-demo', rev: 2, by: 'test', body };
  const value = Buffer.from(JSON.stringify(record));
  await producer.send(names.namespace + TOPICS.directory.name, [{ key: 'k', value, partition: 0 }]);
  const took = await Promise.all(
    clients.map(async (client) => {
      expect(await client.next('revoked')).toMatchObject({ room_id: ROOM, code: 'NO_CONTRACT' });
      return Date.now() - to;
    }),
  );
  console.log(`the contract's end, ms after it: ${JSON.stringify(took)}`);
  for (const ms of took) {
    expect(ms).toBeGreaterThanOrEqual(0);
    expect(ms).toBeLessThan(1_000);
  }
  expect(await as(two, 'demo-partner', `/v1/authorizations?account_id=acct-demo`)).toMatchObject({
    body: { items: [{ state: 'lapsed' }] },
  });
});
