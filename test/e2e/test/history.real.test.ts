import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_PARTITIONS, partitionOf, TOPICS } from '@liveboard/contracts';
import { createKafkaProducer, createPartitionConsumer } from '@liveboard/kafka';
import { createLog } from '@liveboard/runtime';
import { type AdversaryRecord, createAdversary } from '@liveboard/simulator';
import kafkajs, { type Admin } from 'kafkajs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLedgers } from '../src/history.ts';
import {
  createLossyRoad,
  endWorkers,
  type LossyRoad,
  spawnHistory,
  spawnIngest,
  startClickhouse,
  testStack,
  type WorkerProcess,
  type WorkerSettings,
} from '../src/index.ts';

const stack = testStack();
const brokers = stack.kafka_brokers.split(',');
const EXIT_HALTED = 78;
const MINUTE = 60_000;
const WAIT = { timeout: 90_000, interval: 250 };

let raw: Admin;
const roads: LossyRoad[] = [];
beforeAll(async () => {
  raw = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING }).admin();
  await raw.connect();
});
afterEach(async () => {
  endWorkers();
  await Promise.all(roads.splice(0).map((road) => road.close()));
});
afterAll(() => raw.disconnect());

/** A namespace nobody else uses, with its own ingest, and a road to ClickHouse that a test may disturb. */
const createPlace = async (clickhouseUrl = stack.clickhouse_url) => {
  const namespace = `t${randomUUID().replace(/-/g, '').slice(0, 10)}_`;
  const road = await createLossyRoad(clickhouseUrl);
  roads.push(road);
  const ledgers = await createLedgers(stack, namespace, clickhouseUrl);
  const producer = createKafkaProducer({ brokers, clientId: 'liveboard-test', log: createLog('test', 'fatal') });
  await producer.connect();
  const topic = namespace + TOPICS.events.name;
  let worker: WorkerProcess | undefined;
  return {
    ...ledgers,
    namespace,
    road,
    topic,
    ingest: (env: WorkerSettings['env'] = {}) => spawnIngest(stack, { namespace, env }),
    history: (env: WorkerSettings['env'] = {}) => {
      worker = spawnHistory({ ...stack, clickhouse_url: road.url }, { namespace, env });
      return worker;
    },
    send: async (records: readonly Pick<AdversaryRecord, 'key' | 'value' | 'partition'>[]) => {
      for (let i = 0; i < records.length; i += 500)
        await producer.send(
          topic,
          records.slice(i, i + 500).map(({ key, value, partition }) => ({
            key,
            value: value === null ? null : Buffer.from(value),
            partition,
          })),
        );
    },
    /** Every list of the log is that of ClickHouse, and none is empty. */
    expectSame: async () => {
      await expect
        .poll(ledgers.isSettled, WAIT)
        .toBe(true)
        .catch((error: unknown) => {
          throw new Error(`not settled; history's last words:\n${worker?.log().slice(-3_000)}`, { cause: error });
        });
      const compared = await ledgers.compare();
      for (const [name, { log, held }] of Object.entries(compared)) {
        expect(held, name).toEqual(log);
        expect(log.length, name).toBeGreaterThan(0);
      }
      return compared;
    },
    close: () => Promise.all([ledgers.close(), producer.disconnect()]),
  };
};
type Place = Awaited<ReturnType<typeof createPlace>>;

const adversary = (seed: string, perMinute = 30): readonly AdversaryRecord[] => {
  const [minutes, settleMinutes] = [12, 4];
  return createAdversary(seed, {
    rooms: 16,
    minutes,
    settleMinutes,
    eventsPerRoomMinute: perMinute,
    partitions: DEFAULT_PARTITIONS,
    startTs: Date.now() - (minutes + settleMinutes + 2) * MINUTE,
    nowTs: Date.now(),
  }).records;
};

const ROOM = 'room';
const HOME = partitionOf(ROOM, DEFAULT_PARTITIONS);
const entered = (n: number) => ({
  key: ROOM,
  partition: HOME,
  value: Buffer.from(
    JSON.stringify({
      v: 1,
      id: `e${n}`,
      type: 'viewer.entered',
      room_id: ROOM,
      ts: Date.now(),
      user_id: `u${n}`,
      source: 'search',
    }),
  ),
});

/** How often each part of a log is disturbed: long enough for batches of it to be under way. */
const disturb = async (place: Place, parts: readonly (readonly AdversaryRecord[])[]): Promise<void> => {
  let worker = place.history();
  for (const [i, part] of parts.entries()) {
    const lost = place.road.swallowed();
    if (i % 3 === 1) place.road.set('swallowing');
    await place.send(part);
    // At any moment of reading, writing or committing: the seed of the times is the run itself.
    await sleep(Math.random() * 3_000);
    if (i % 3 === 0) {
      worker.kill('SIGKILL');
      await worker.exit;
      worker = place.history();
    } else if (i % 3 === 1) await expect.poll(place.road.swallowed, WAIT).toBeGreaterThan(lost);
    else {
      place.road.set('closed');
      await sleep(Math.random() * 2_000);
      place.road.set('open');
    }
  }
  // A worker that lived through it all and one that begins at its commit.
  place.road.set('open');
};

describe('history', () => {
  it('holds what the log says, though it is killed, answers get lost, and ClickHouse goes away', async () => {
    const place = await createPlace();
    place.ingest();
    const records = adversary('history');
    const size = Math.ceil(records.length / 6);
    await disturb(
      place,
      [...Array(6).keys()].map((i) => records.slice(i * size, (i + 1) * size)),
    );
    const { events } = await place.expectSame();
    expect(place.road.swallowed()).toBeGreaterThan(0);
    expect(new Set(events.log.map((line) => line.split(' ')[2]))).toEqual(
      new Set(['counted', 'duplicate', 'late', 'ignored']),
    );
    await place.close();
  }, 240_000);

  it('commits nothing that was acknowledged a moment ago, also when it is stopped, and writes it again', async () => {
    const place = await createPlace();
    place.ingest();
    const first = place.history({ LIVEBOARD_HISTORY_COMMIT_AGE_MS: '3600000' });
    await place.send(adversary('young', 4));
    const isWritten = async (): Promise<boolean> => {
      const { log, held } = (await place.compare()).events;
      return log.length > 0 && held.length === log.length;
    };
    await expect.poll(() => isWritten().catch(() => false), WAIT).toBe(true);
    first.kill('SIGTERM');
    expect(await first.exit).toBe(0);
    for (const name of ['events', 'minutes', 'quarantine'] as const)
      for (const { offset, partition } of await place.committed(name)) expect(offset, `${name} ${partition}`).toBe(-1);
    place.history();
    await place.expectSame();
    await place.close();
  }, 240_000);

  it('catches up when ClickHouse was killed, with nothing missing or twice', async () => {
    const clickhouse = await startClickhouse();
    const place = await createPlace(clickhouse.url);
    place.ingest();
    const worker = place.history();
    const records = adversary('killed', 10);
    const half = Math.floor(records.length / 2);
    await place.send(records.slice(0, half));
    await expect.poll(() => place.count('events').catch(() => 0), WAIT).toBeGreaterThan(0);
    await clickhouse.kill();
    await place.send(records.slice(half));
    await expect.poll(() => worker.log().includes('a batch was not acknowledged; sending it again'), WAIT).toBe(true);
    await clickhouse.start();
    await place.expectSame();
    await place.close();
    await clickhouse.stop();
  }, 240_000);
});

describe('a history that must not go on', () => {
  it('halts where records are missing from the log, and goes on after them when told to', async () => {
    const place = await createPlace();
    place.ingest();
    const first = place.history();
    await place.send([entered(1), entered(2)]);
    await expect.poll(place.isSettled, WAIT).toBe(true);
    first.kill('SIGTERM');
    expect(await first.exit).toBe(0);
    await place.send([entered(3), entered(4)]);
    await raw.fetchTopicMetadata({ topics: [place.topic] });
    await raw.deleteTopicRecords({ topic: place.topic, partitions: [{ partition: HOME, offset: '3' }] });
    for (const _ of [1, 2]) {
      const halted = place.history();
      expect(await halted.exit).toBe(EXIT_HALTED);
      expect(halted.log()).toContain(`records of partition ${HOME} from 1 to 2 are missing from the log`);
    }
    place.history({ LIVEBOARD_HISTORY_ON_GAP: 'skip' });
    await expect.poll(() => place.count('events'), WAIT).toBe(3);
    await place.close();
  }, 180_000);

  it('halts where the log was made anew under the same generation', async () => {
    const place = await createPlace();
    const first = place.history();
    await place.send([entered(1), entered(2)]);
    await expect
      .poll(async () => (await place.committed('events')).some(({ offset }) => offset === 2), WAIT)
      .toBe(true);
    first.kill('SIGTERM');
    await first.exit;
    await raw.deleteTopics({ topics: [place.topic] });
    await expect.poll(() => raw.listTopics(), WAIT).not.toContain(place.topic);
    await raw.createTopics({
      waitForLeaders: true,
      topics: [
        {
          topic: place.topic,
          numPartitions: DEFAULT_PARTITIONS,
          configEntries: [{ name: 'message.timestamp.type', value: 'LogAppendTime' }],
        },
      ],
    });
    await place.send([entered(1)]);
    const again = place.history();
    expect(await again.exit).toBe(EXIT_HALTED);
    expect(again.log()).toContain('raise LIVEBOARD_LOG_GENERATION');
    place.history({ LIVEBOARD_LOG_GENERATION: '2' });
    await expect.poll(() => place.count('events'), WAIT).toBe(3);
    await place.close();
  }, 180_000);

  it('halts where a migration that was applied has another text now', async () => {
    const place = await createPlace();
    const first = place.history();
    await expect.poll(() => place.count('migrations').catch(() => 0), WAIT).toBe(7);
    first.kill('SIGKILL');
    await first.exit;
    await place.client.command(
      "INSERT INTO migrations (name, hash, applied_at) VALUES ('0002_minutes', 'another', now64(3) + INTERVAL 1 HOUR)",
    );
    const halted = place.history();
    expect(await halted.exit).toBe(EXIT_HALTED);
    expect(halted.log()).toContain('the migration 0002_minutes was applied with another text');
    await place.close();
  });
});

/** A consumer whose owner is full whenever `full` says so, watched for a stall ten times a second. */
const consumeWith = (place: { namespace: string; topic: string }, full: () => Promise<void> | undefined) => {
  const taken: number[] = [];
  const failures: string[] = [];
  const consumer = createPartitionConsumer({
    brokers,
    clientId: 'liveboard-test',
    log: createLog('test', 'fatal'),
    groupId: `${place.namespace}full`,
    topics: [place.topic],
    own: async () => ({
      get next() {
        return (taken.at(-1) ?? -1) + 1;
      },
      get full() {
        return full();
      },
      take: async (records) => void taken.push(...records.map(({ offset }) => offset)),
      onGap: async () => false,
      release: async () => undefined,
    }),
    onFailure: (why) => failures.push(why),
    stallMs: 1_500,
    watchMs: 100,
  });
  return { consumer, taken, failures };
};

describe('an owner that is full', () => {
  it('is given nothing and is not taken for stalled; once it has room, it gets every record once', async () => {
    const place = await createPlace();
    let open = (): void => undefined;
    let full: Promise<void> | undefined = new Promise((done) => {
      open = () => {
        full = undefined;
        done();
      };
    });
    let asked = 0;
    const { consumer, taken, failures } = consumeWith(place, () => {
      asked++;
      return full;
    });
    await place.send([entered(1), entered(2)]);
    await consumer.start();
    await expect.poll(() => asked, WAIT).toBe(1);
    await place.send([entered(3)]);
    // Longer than the watchdog takes to find a partition that stands still.
    await sleep(4_000);
    expect([taken, failures, asked]).toEqual([[], [], 1]);
    open();
    await expect.poll(() => taken, WAIT).toEqual([0, 1, 2]);
    await consumer.stop();
    await place.close();
  });

  it('is not taken for stalled either where it is full again whenever it is asked', async () => {
    const place = await createPlace();
    let begun = 0;
    const { consumer, taken, failures } = consumeWith(place, () => {
      begun ||= performance.now();
      return performance.now() - begun < 4_000 ? Promise.resolve() : undefined;
    });
    await place.send([entered(1)]);
    await consumer.start();
    await expect.poll(() => taken, WAIT).toEqual([0]);
    expect(failures).toEqual([]);
    await consumer.stop();
    await place.close();
  });
});
