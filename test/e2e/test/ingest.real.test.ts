import { randomUUID } from 'node:crypto';
import { GROUPS, partitionOf, TOPICS } from '@liveboard/contracts';
import { createKafkaAdmin, createPartitionConsumer, UnknownCodec } from '@liveboard/kafka';
import { connectRedis, createKeys, createRoomStore, type Redis } from '@liveboard/live-store';
import { createLog } from '@liveboard/runtime';
import kafkajs, { type Admin, type Message } from 'kafkajs';
import { compress } from 'snappyjs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createEvents, endWorkers, spawnIngest, testStack, type WorkerSettings } from '../src/index.ts';

const stack = testStack();
const brokers = stack.kafka_brokers.split(',');
const log = createLog('test', 'fatal');
const kafka = { brokers, clientId: 'liveboard-test', log };
const EXIT_HALTED = 78;
const PARTITIONS = 8;
/** More than are kept in detail. */
const MINUTES = 15;
const WAIT = { timeout: 60_000, interval: 100 };

let raw: Admin;
let redis: Redis;

beforeAll(async () => {
  raw = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
  redis = connectRedis(stack.redis_url, log);
  await raw.connect();
});
afterEach(endWorkers);
afterAll(async () => {
  redis.disconnect();
  await raw.disconnect();
});

/** A namespace nobody else uses, with a producer and what a test asks of it. */
const createPlace = async () => {
  const namespace = `t${randomUUID().replace(/-/g, '').slice(0, 10)}_`;
  const topic = namespace + TOPICS.events.name;
  // One of its own: kafkajs asks for every topic it ever heard of, and this one may be deleted.
  const ours = createKafkaAdmin(kafka);
  await ours.connect();
  const store = createRoomStore(redis, createKeys(namespace), PARTITIONS);
  const events = await createEvents({ ...stack, namespace });
  const committed = async (partition: number): Promise<number> =>
    (await ours.committed(namespace + GROUPS.ingest, topic)).find((each) => each.partition === partition)?.offset ?? -1;
  const endOf = async (partition: number): Promise<number> =>
    (await ours.bounds(topic)).find((each) => each.partition === partition)?.end ?? -1;
  return {
    namespace,
    topic,
    store,
    send: events.send,
    close: () => Promise.all([events.close(), ours.disconnect()]),
    createTopics: async () => {
      const admin = createKafkaAdmin(kafka);
      await admin.connect();
      await admin.ensureTopics(namespace, PARTITIONS);
      await admin.disconnect();
    },
    run: (env: WorkerSettings['env'] = {}) => spawnIngest(stack, { namespace, env }),
    /** Waits until a checkpoint has the partition's whole log. */
    settled: (partition: number) =>
      expect.poll(async () => (await committed(partition)) === (await endOf(partition)), WAIT).toBe(true),
    totals: async (room: string) => (await store.read(room))?.live.totals,
    views: (room: string, views: number) =>
      expect.poll(async () => (await store.read(room))?.live.totals?.views, WAIT).toBe(views),
  };
};

const entered = (room_id: string, n: number, ts = Date.now()) => ({
  v: 1,
  id: `e${n}`,
  type: 'viewer.entered',
  room_id,
  ts,
  user_id: `u${n}`,
  source: 'search',
});
const room = 'room';
const home = partitionOf(room, PARTITIONS);

const { CompressionCodecs, CompressionTypes, Kafka, Partitioners, logLevel } = kafkajs;

/** Java's framing of Snappy, which brokers expect: a header, then blocks with their lengths. */
const snap = (data: Buffer): Buffer => {
  const header = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
  const block = compress(data);
  const size = Buffer.alloc(4);
  size.writeInt32BE(block.length);
  return Buffer.concat([header, size, block]);
};

/** Sends as a producer with that codec would; ours only read it. */
const sendSnappy = async (topic: string, message: Message): Promise<void> => {
  const registered = CompressionCodecs[CompressionTypes.Snappy];
  CompressionCodecs[CompressionTypes.Snappy] = () => ({
    compress: async ({ buffer }: { buffer: Buffer }) => snap(buffer),
    decompress: async (data: Buffer) => data,
  });
  const producer = new Kafka({ brokers, logLevel: logLevel.NOTHING }).producer({
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  await producer.send({ topic, compression: CompressionTypes.Snappy, messages: [message] });
  await producer.disconnect();
  CompressionCodecs[CompressionTypes.Snappy] = registered;
};

describe('a worker that must not go on', () => {
  it('halts where the topic does not stamp records with the broker’s time', async () => {
    const { namespace, topic, run, close } = await createPlace();
    await raw.createTopics({
      waitForLeaders: true,
      topics: [
        { topic, numPartitions: PARTITIONS, configEntries: [{ name: 'message.timestamp.type', value: 'CreateTime' }] },
      ],
    });
    const worker = run();
    expect(await worker.exit).toBe(EXIT_HALTED);
    expect(worker.log()).toContain(`${namespace}live.events has message.timestamp.type CreateTime, not LogAppendTime`);
    await close();
  });

  it('halts where records are missing from the log, and goes on when told to, with every open room marked', async () => {
    const place = await createPlace();
    await place.createTopics();
    const first = place.run();
    await place.send(room, [entered(room, 1), entered(room, 2)]);
    await place.views(room, 2);
    await place.settled(home);
    first.kill('SIGTERM');
    expect(await first.exit).toBe(0);

    await place.send(room, [entered(room, 3), entered(room, 4)]);
    await raw.fetchTopicMetadata({ topics: [place.topic] });
    await raw.deleteTopicRecords({ topic: place.topic, partitions: [{ partition: home, offset: '3' }] });
    for (const _ of [1, 2]) {
      const halted = place.run();
      expect(await halted.exit).toBe(EXIT_HALTED);
      expect(halted.log()).toContain(`records of partition ${home} from 1 to 2 are missing from the log`);
    }
    expect((await place.totals(room))?.views).toBe(2);

    place.run({ LIVEBOARD_INGEST_ON_GAP: 'skip' });
    await place.views(room, 3);
    expect((await place.store.read(room))?.live.health.gap).toBe(true);
    await place.close();
  });

  it.each([
    ['shorter than it was', 1],
    ['longer than it was', 5],
  ])('halts where the log was made anew under the same generation, %s', async (_, length) => {
    const place = await createPlace();
    await place.createTopics();
    const first = place.run();
    await place.send(room, [entered(room, 1), entered(room, 2)]);
    await place.views(room, 2);
    await place.settled(home);
    first.kill('SIGTERM');
    await first.exit;

    await raw.deleteTopics({ topics: [place.topic] });
    await expect.poll(() => raw.listTopics(), WAIT).not.toContain(place.topic);
    await place.createTopics();
    const anew = Array.from({ length }, (_, i) => entered(room, 10 + i));
    await place.send(room, anew);
    const again = place.run();
    expect(await again.exit).toBe(EXIT_HALTED);
    expect(again.log()).toContain('raise LIVEBOARD_LOG_GENERATION');

    place.run({ LIVEBOARD_LOG_GENERATION: '2' });
    await place.views(room, length);
    await place.close();
  });

  it('ends as halted at a codec that nobody registered', async () => {
    const place = await createPlace();
    await place.createTopics();
    const failures: [string, boolean][] = [];
    const consumer = createPartitionConsumer({
      ...kafka,
      groupId: `${place.namespace}g`,
      topics: [place.topic],
      own: async () => ({
        next: undefined,
        take: async () => undefined,
        onGap: async () => false,
        release: async () => undefined,
      }),
      onFailure: (why, halted) => failures.push([why, halted]),
    });
    const registered = CompressionCodecs[CompressionTypes.Snappy];
    await sendSnappy(place.topic, { value: '{}' });
    CompressionCodecs[CompressionTypes.Snappy] = () => {
      throw new UnknownCodec('Snappy is not known');
    };
    await consumer.start();
    await expect.poll(() => failures, WAIT).toEqual([[expect.stringContaining('Snappy is not known'), true]]);
    await consumer.stop();
    CompressionCodecs[CompressionTypes.Snappy] = registered;
    await place.close();
  });
});

describe('a worker that goes on', () => {
  it('remembers ids, users and orders across a crash', async () => {
    const place = await createPlace();
    await place.createTopics();
    const first = place.run();
    const ts = Date.now();
    await place.send(room, [entered(room, 1, ts), entered(room, 2, ts)]);
    await place.settled(home);
    first.kill('SIGKILL');
    await first.exit;
    place.run();
    // One copy, one event of a known user under another id, one of a new user.
    await place.send(room, [entered(room, 1, ts), { ...entered(room, 1, ts), id: 'e9' }, entered(room, 3, ts)]);
    await place.views(room, 4);
    const read = await place.store.read(room);
    expect(read?.live.totals?.viewers).toBe(3);
    expect(read?.live.health.duplicates).toBe(1);
    expect((await place.store.metas()).metas.find(({ partition }) => partition === home)?.ledger).toMatchObject({
      in: 5,
      counted: 4,
      duplicate: 1,
    });
    await place.close();
  });

  it('writes a lost Redis again from memory', async () => {
    const place = await createPlace();
    await place.createTopics();
    place.run();
    await place.send(room, [entered(room, 1), entered(room, 2)]);
    await place.views(room, 2);
    const before = await place.store.read(room);
    // As after FLUSHALL, for this namespace alone: others share the server.
    await redis.del(...(await redis.keys(`${place.namespace}lb1:*`)));
    await place.send(room, [entered(room, 3)]);
    await place.views(room, 3);
    expect((await place.store.read(room))?.live.room).toEqual(before?.live.room);
    await place.close();
  });

  it.each([
    ['while it ran', false],
    ['before it began', true],
  ])('tells a room whole that Redis let go of %s', async (_, restarts) => {
    const place = await createPlace();
    await place.createTopics();
    const first = place.run();
    const begin = Date.now() - MINUTES * 60_000;
    await place.send(
      room,
      [...Array(MINUTES + 1).keys()].map((n) => entered(room, n, begin + n * 60_000)),
    );
    await place.views(room, MINUTES + 1);
    await place.settled(home);
    if (restarts) {
      first.kill('SIGKILL');
      await first.exit;
    }
    const before = await place.store.read(room);
    expect(before?.minutes.length).toBeGreaterThanOrEqual(MINUTES);
    // As when its time to live is over.
    await redis.del(createKeys(place.namespace).room(home, room));
    if (restarts) place.run();
    await place.send(room, [entered(room, 99)]);
    await place.views(room, MINUTES + 2);
    const after = await place.store.read(room);
    expect(after?.live.room).toEqual(before?.live.room);
    const told = after?.minutes.map(({ minute }) => minute);
    expect(told).toEqual(expect.arrayContaining(before?.minutes.map(({ minute }) => minute) ?? []));
    await place.close();
  });

  it('reads what producers compress', async () => {
    const place = await createPlace();
    await place.createTopics();
    place.run();
    await sendSnappy(place.topic, { key: room, value: JSON.stringify(entered(room, 1)), partition: home });
    await place.views(room, 1);
    await place.close();
  });
});
