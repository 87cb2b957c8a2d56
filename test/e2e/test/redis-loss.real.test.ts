import { randomUUID } from 'node:crypto';
import type { Monitoring } from '@liveboard/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type FeedClient, get, type OwnGateway, tokenFor, type World } from '../src/index.ts';

let world: World;
let one: OwnGateway;
let two: OwnGateway;
let mira: FeedClient;
let jonas: FeedClient;
const prefix = randomUUID().slice(0, 6);
const [a, b, c, d, e, f] = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `${prefix}-${name}`) as [
  string,
  string,
  string,
  string,
  string,
  string,
];
const held = [a, b, c, d, e];
const all = [...held, f];
const subscribe = (client: FeedClient, room: string) => client.ask({ type: 'subscribe', room_id: room });
const heldNow = async (): Promise<string[]> => {
  const { body } = await get(one.url, '/v1/monitoring', await tokenFor(one.url, 'demo-partner'));
  return (body as Monitoring).rooms.map(({ room_id }) => room_id).sort();
};
/** Writes a room's next revision and waits until the client has been told of it. */
const follows = async (client: FeedClient, room: string): Promise<void> => {
  const offset = await world.rooms.write(room);
  await client.next('update', (message) => message.room_id === room && message.offset >= offset);
};

beforeAll(async () => {
  world = await createWorld();
  for (const room of all) await world.rooms.write(room);
  [one, two] = await Promise.all([world.gateway(), world.gateway()]);
  mira = await world.connect(one.url, 'demo-partner');
  jonas = await world.connect(two.url, 'demo-colleague');
  for (const room of [a, b, c]) expect((await subscribe(mira, room)).type).toBe('snapshot');
  for (const room of [d, e]) expect((await subscribe(jonas, room)).type).toBe('snapshot');
});
afterAll(() => world.close());

describe('a Redis that lost everything', () => {
  it('gives no sixth room away: new ones wait until every gateway has registered what it holds', async () => {
    await world.redis.client.flushall();
    for (const room of all) await world.rooms.write(room);
    const refused = await subscribe(jonas, f);
    expect(refused).toMatchObject({ type: 'error', code: 'UNAVAILABLE' });
    const { retry_in_ms } = (refused as unknown as { details: { retry_in_ms: number } }).details;
    expect(retry_in_ms).toBeGreaterThan(8_000);
    expect(retry_in_ms).toBeLessThanOrEqual(12_000);
    // The other gateway finds out by its own renewal, before the wait is over.
    await expect.poll(heldNow, { timeout: 11_500, interval: 200 }).toEqual(held);
    await expect
      .poll(async () => (await subscribe(jonas, f)) as { code?: string }, { timeout: 14_000, interval: 2_000 })
      .toMatchObject({ code: 'ROOM_LIMIT', details: { held } });
    await follows(mira, a);
    await follows(jonas, e);
    expect([...mira.messages, ...jonas.messages].filter(({ type }) => type === 'revoked')).toEqual([]);
  });
});

describe('a Redis that does not answer', () => {
  it('stops the numbers when the lease may have run out, and all is as before when it answers again', async () => {
    world.redis.freeze();
    await mira.next('degraded', ({ reason, on }) => reason === 'redis' && on, 20_000);
    await mira.next('degraded', ({ reason, on }) => reason === 'lease' && on, 40_000);
    const rest = await get(one.url, '/v1/rooms', await tokenFor(one.url, 'demo-partner'));
    expect(rest).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
    world.redis.thaw();
    await mira.next('degraded', ({ reason, on }) => reason === 'lease' && !on, 20_000);
    await mira.next('degraded', ({ reason, on }) => reason === 'redis' && !on, 20_000);
    await jonas.next('degraded', ({ reason, on }) => reason === 'lease' && !on, 20_000);
    await follows(mira, b);
    await follows(jonas, d);
    expect(await heldNow()).toEqual(held);
  });
});
