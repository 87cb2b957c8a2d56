import { TOPICS } from '@liveboard/contracts';
import { createKafkaAdmin } from '@liveboard/kafka';
import { createKeys, type LogName } from '@liveboard/live-store';
import { createLog } from '@liveboard/runtime';
import { Redis } from 'ioredis';
import { connectFeed, type FeedClient, tokenFor } from './feed-client.ts';
import { type OwnGateway, startGateway } from './gateway.ts';
import { startRedis } from './redis.ts';
import { createHandRooms } from './rooms.ts';
import { type Stack, stackFile, testStack } from './stack.ts';

/** Limits out of the way of tests that are not about them. */
const WIDE = {
  LIVEBOARD_MAX_REQUESTS_PER_MINUTE: '1000000',
  LIVEBOARD_MAX_UPGRADES_PER_SECOND: '1000',
  LIVEBOARD_MAX_INBOUND_PER_SECOND: '1000',
} as const;

/** A Redis, rooms written by hand and as many gateways as a test wants, beside the stack's Kafka. `stack`: with names of the test's own. */
export const createWorld = async (stack: Stack = testStack()) => {
  // Rooms written by hand stand in no history: a test that wants one names it.
  const { clickhouse_url: _, ...ours } = stack;
  const redis = await startRedis();
  const theirs = new Redis(stack.redis_url);
  const held = JSON.parse((await theirs.get(createKeys(testStack().namespace).log)) ?? '{}') as LogName;
  const admin = createKafkaAdmin({
    brokers: stack.kafka_brokers.split(','),
    clientId: 'liveboard-test',
    log: createLog('test', 'fatal'),
  });
  await admin.connect();
  // A broker of the test's own is another cluster.
  const cluster_id = await admin.clusterId();
  await admin.disconnect();
  const name: LogName = { ...held, cluster_id, topic: stack.namespace + TOPICS.events.name };
  theirs.disconnect();
  const keys = createKeys(stack.namespace);
  // As if it had lived for long: a young Redis gives no new rooms away.
  const settle = () => redis.client.set(keys.boot, 'first:0');
  await settle();
  const gateways: OwnGateway[] = [];
  const clients: FeedClient[] = [];
  return {
    redis,
    keys,
    rooms: createHandRooms(redis.client, stack.namespace, name),
    gateway: async (
      env: Readonly<Record<string, string>> = {},
      wanted: 'ready' | 'alive' = 'ready',
    ): Promise<OwnGateway> => {
      const made = await startGateway({ ...ours, redis_url: redis.url }, stackFile(), { ...WIDE, ...env }, wanted);
      gateways.push(made);
      return made;
    },
    connect: async (url: string, sub: string, session?: string): Promise<FeedClient> => {
      const token = await tokenFor(url, sub);
      const client = await connectFeed(url, { token, ...(session === undefined ? {} : { session }) });
      clients.push(client);
      await client.next('welcome');
      return client;
    },
    /** All clients leave politely. */
    leave: async () => {
      await Promise.all(clients.splice(0).map((client) => client.close()));
    },
    close: async () => {
      await Promise.all(clients.map((client) => client.close(false)));
      await Promise.all(gateways.map((gateway) => gateway.kill()));
      await redis.stop();
    },
  };
};
export type World = Awaited<ReturnType<typeof createWorld>>;
