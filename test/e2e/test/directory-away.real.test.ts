import type { Card } from '@liveboard/contracts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  createWorld,
  get,
  type OwnGateway,
  type OwnKafka,
  startKafka,
  testStack,
  tokenFor,
  type World,
} from '../src/index.ts';

let kafka: OwnKafka;
let world: World;
let gateway: OwnGateway;

const ENDED = 'away-ended';
const BASE = Math.floor(Date.now() / 60_000) * 60_000 - 600_000;
const row = {
  minute: BASE,
  state: 'final' as const,
  in_life: true,
  rev: 1,
  rules: 'w1',
  counts: {} as never,
  products: [],
  sources: [],
};

beforeAll(async () => {
  kafka = await startKafka();
  world = await createWorld({ ...testStack(), kafka_brokers: kafka.brokers });
  const info = { status: 'ended' as const, started_at: BASE, ended_at: BASE + 60_000, title: 'Over' };
  await world.rooms.write(ENDED, { info, minutes: [row] });
  gateway = await world.gateway();
});
afterAll(async () => {
  kafka.thaw();
  await world.close();
  await kafka.stop();
});

it('a gateway that cannot confirm the directory for 30 s says so, takes in nobody, and goes on once it can', async () => {
  const client = await world.connect(gateway.url, 'demo-partner');
  const [partner, operator] = await Promise.all(
    ['demo-partner', 'demo-operator'].map((sub) => tokenFor(gateway.url, sub)),
  );
  const ask = async (token = '') => (await get(gateway.url, '/v1/rooms', token)).status;
  const ready = async () => (await fetch(`${gateway.url}/readyz`)).status;
  const minutes = async () => (await get(gateway.url, `/v1/rooms/${ENDED}/minutes`, operator ?? '')).status;
  const ended = async () => {
    const { body } = await get(gateway.url, '/v1/rooms', operator ?? '');
    return (body as { items: Card[] }).items.find(({ room_id }) => room_id === ENDED);
  };
  expect([await ready(), await ask(partner)]).toEqual([200, 200]);

  const frozenAt = performance.now();
  kafka.freeze();
  // What cannot be recorded is not shown, though Redis has it.
  expect(await minutes()).toBe(503);
  expect(await ended()).not.toHaveProperty('title');
  await client.next('degraded', ({ reason, on }) => reason === 'directory' && on, 45_000);
  // Confirmations are two seconds apart.
  expect(performance.now() - frozenAt).toBeGreaterThan(27_000);
  expect([await ready(), await ask(partner), await ask(operator)]).toEqual([503, 503, 200]);
  await expect(world.connect(gateway.url, 'demo-operator')).rejects.toThrow('503');

  kafka.thaw();
  await client.next('degraded', ({ reason, on }) => reason === 'directory' && !on, 45_000);
  expect([await ready(), await ask(partner), await ask(operator)]).toEqual([200, 200, 200]);
  await expect.poll(minutes, { timeout: 30_000 }).toBe(200);
  await expect.poll(ended, { timeout: 30_000 }).toMatchObject({ title: 'Over' });
});
