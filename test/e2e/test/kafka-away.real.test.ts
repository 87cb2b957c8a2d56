import { randomUUID } from 'node:crypto';
import { connect, createServer, type Server } from 'node:net';
import { freePort, isReady, until } from '@liveboard/infra/ports';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, get, type OwnGateway, testStack, tokenFor, type World } from '../src/index.ts';

const EXIT_HALTED = 78;
const stack = testStack();
const room = `${randomUUID().slice(0, 6)}-room`;
let world: World;
let gateway: OwnGateway;
let port: number;
let bridge: Server | undefined;

/** Lets the broker be found at the address where nothing was before. */
const bringKafka = (): Promise<void> => {
  const [host = '', brokerPort = ''] = (stack.kafka_brokers.split(',')[0] ?? '').split(':');
  const server = createServer((socket) => {
    const broker = connect(Number(brokerPort), host);
    socket.pipe(broker).pipe(socket);
    for (const end of [socket, broker])
      end.on('error', () => undefined).on('close', () => (end === socket ? broker : socket).destroy());
  });
  bridge = server;
  return new Promise((done) => server.listen(port, '127.0.0.1', done));
};

beforeAll(async () => {
  world = await createWorld();
  await world.rooms.write(room);
});
afterEach(() => bridge?.close());
afterAll(() => world.close());

/** A gateway that finds nothing where Kafka should be. */
const start = async (): Promise<void> => {
  port = await freePort();
  gateway = await world.gateway({ KAFKA_BROKERS: `127.0.0.1:${port}` }, 'alive');
};

describe('a gateway without Kafka', () => {
  it('answers nobody, since nobody’s rights are known, and serves as soon as it has read them', async () => {
    await start();
    const ready = await fetch(`${gateway.url}/readyz`);
    expect([ready.status, await ready.text()]).toEqual([503, expect.stringContaining('directory')]);
    for (const sub of ['demo-partner', 'demo-operator']) {
      const token = await tokenFor(gateway.url, sub);
      expect(await get(gateway.url, '/v1/rooms', token)).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
    }
    await expect(world.connect(gateway.url, 'demo-partner')).rejects.toThrow('503');
    await bringKafka();
    expect(await until(() => isReady(gateway.port), 60_000)).toBe(true);
    const client = await world.connect(gateway.url, 'demo-partner');
    expect(await client.ask({ type: 'subscribe', room_id: room })).toMatchObject({ type: 'snapshot', room_id: room });
    expect(await get(gateway.url, '/v1/health/data', await tokenFor(gateway.url, 'demo-operator'))).toMatchObject({
      status: 200,
    });
    await world.leave();
  });

  it('ends once Kafka is there and Redis turns out to hold the state of another log', async () => {
    const key = world.keys.log;
    const name = JSON.parse((await world.redis.client.get(key)) ?? '{}') as object;
    await world.redis.client.set(key, JSON.stringify({ ...name, cluster_id: 'another' }));
    await start();
    await bringKafka();
    expect(await gateway.ended).toBe(EXIT_HALTED);
    expect(gateway.log()).toContain('cluster_id is another in Redis');
  });
});
