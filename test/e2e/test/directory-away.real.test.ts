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

beforeAll(async () => {
  kafka = await startKafka();
  world = await createWorld({ ...testStack(), kafka_brokers: kafka.brokers });
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
  expect([await ready(), await ask(partner), await ask(operator)]).toEqual([200, 200, 200]);

  const frozenAt = performance.now();
  kafka.freeze();
  await client.next('degraded', ({ reason, on }) => reason === 'directory' && on, 45_000);
  // Confirmations are two seconds apart.
  expect(performance.now() - frozenAt).toBeGreaterThan(27_000);
  expect([await ready(), await ask(partner), await ask(operator)]).toEqual([503, 503, 200]);
  await expect(world.connect(gateway.url, 'demo-operator')).rejects.toThrow('503');

  kafka.thaw();
  await client.next('degraded', ({ reason, on }) => reason === 'directory' && !on, 45_000);
  expect([await ready(), await ask(partner), await ask(operator)]).toEqual([200, 200, 200]);
});
