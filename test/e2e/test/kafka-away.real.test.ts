import { randomUUID } from 'node:crypto';
import { connect, createServer, type Server } from 'node:net';
import { freePort } from '@liveboard/infra/ports';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
  port = await freePort();
  gateway = await world.gateway({ KAFKA_BROKERS: `127.0.0.1:${port}` });
});
afterAll(async () => {
  await world.close();
  bridge?.close();
});

describe('a gateway without Kafka', () => {
  it('starts, shows rooms, and says that the state of the data is not available', async () => {
    const client = await world.connect(gateway.url, 'demo-partner');
    expect(await client.ask({ type: 'subscribe', room_id: room })).toMatchObject({ type: 'snapshot', room_id: room });
    const offset = await world.rooms.write(room);
    await client.next('update', (message) => message.offset >= offset);
    const token = await tokenFor(gateway.url, 'demo-operator');
    expect(await get(gateway.url, '/v1/rooms', token)).toMatchObject({
      status: 200,
      body: { items: [{ room_id: room }] },
    });
    expect(await get(gateway.url, '/v1/health/data', token)).toMatchObject({
      status: 503,
      body: { code: 'UNAVAILABLE' },
    });
  });

  it('ends once Kafka is there and Redis turns out to hold the state of another log', async () => {
    const key = world.keys.log;
    const name = JSON.parse((await world.redis.client.get(key)) ?? '{}') as object;
    await world.redis.client.set(key, JSON.stringify({ ...name, cluster_id: 'another' }));
    await bringKafka();
    expect(await gateway.ended).toBe(EXIT_HALTED);
    expect(gateway.log()).toContain('cluster_id is another in Redis');
  });
});
