import { GROUPS, TOPICS } from '@liveboard/contracts';
import { createHistoryClient, databaseOf } from '@liveboard/history-store';
import type { Stack } from '@liveboard/infra/stack-file';
import { createKafkaAdmin, createKafkaProducer, createLogReader, type ReadRecord } from '@liveboard/kafka';
import { connectRedis, createKeys, createRoomStore } from '@liveboard/live-store';
import { createLog } from '@liveboard/runtime';

/** The real parts of a stack, as a run sees them from outside. */
export const connectSystem = async (
  stack: Pick<Stack, 'namespace' | 'generation' | 'kafka_brokers' | 'redis_url' | 'clickhouse_url'>,
) => {
  const log = createLog('verify', 'fatal');
  const kafka = { brokers: stack.kafka_brokers.split(','), clientId: 'liveboard-verify', log };
  const topic = (name: keyof typeof TOPICS): string => stack.namespace + TOPICS[name].name;
  const admin = createKafkaAdmin(kafka);
  await admin.connect();
  const producer = createKafkaProducer(kafka);
  await producer.connect();
  const redis = connectRedis(stack.redis_url, log);
  const partitions = (await admin.bounds(topic('events'))).length;
  const store = createRoomStore(redis, createKeys(stack.namespace), partitions);
  const reader = createLogReader(kafka, stack.namespace);
  const history = createHistoryClient({ url: stack.clickhouse_url, database: databaseOf(stack.namespace) });

  /** Where each partition's log ends, and what of it the parts have taken in. */
  const positions = async () => {
    const [bounds, committed, { metas }] = await Promise.all([
      admin.bounds(topic('events')),
      admin.committed(stack.namespace + GROUPS.ingest, topic('events')),
      store.metas(),
    ]);
    return bounds.map(({ partition, end }) => ({
      partition,
      end,
      committed: committed.find((each) => each.partition === partition)?.offset ?? -1,
      applied: metas.find((each) => each.partition === partition)?.applied ?? -1,
    }));
  };

  return {
    partitions,
    store,
    history,
    producer,
    topic,
    ends: async () => new Map((await admin.bounds(topic('events'))).map(({ partition, end }) => [partition, end])),
    /** Whether boards are as new as these ends of the log. */
    isFresh: async (ends: ReadonlyMap<number, number>) =>
      (await positions()).every(({ partition, applied }) => applied + 1 >= (ends.get(partition) ?? 0)),
    /** Whether boards and checkpoints have taken in the whole log. */
    isSettled: async () =>
      (await positions()).every(
        ({ end, committed, applied }) => (committed === end || end === 0) && applied + 1 === end,
      ),
    /** Whether ClickHouse has these events, and so all before them: the last one of each partition. */
    isWritten: async (marks: ReadonlyMap<number, number>): Promise<boolean> => {
      const rows = await history.query<{ n: number; last: string }>(
        `SELECT \`partition\` AS n, max(\`offset\`) AS last FROM events WHERE generation = {generation: UInt16} GROUP BY n`,
        { generation: stack.generation },
      );
      const held = new Map(rows.map(({ n, last }) => [n, Number(last)]));
      return [...marks].every(([partition, offset]) => (held.get(partition) ?? -1) >= offset);
    },
    /** One partition's records, from its first to the end it has now. */
    read: async (name: keyof typeof TOPICS, partition: number): Promise<ReadRecord[]> => {
      const records: ReadRecord[] = [];
      const keep = (more: readonly ReadRecord[]): void => {
        for (const record of more) records.push(record);
      };
      await reader.readAll(topic(name), keep, partition);
      return records;
    },
    flush: () => redis.flushall(),
    /** As a flush, for this namespace alone. */
    forget: async () => {
      const names = await redis.keys(`${stack.namespace}lb1:*`);
      if (names.length > 0) await redis.del(...names);
    },
    close: async () => {
      redis.disconnect();
      await history.close();
      await producer.disconnect();
      await admin.disconnect();
    },
  };
};
export type System = Awaited<ReturnType<typeof connectSystem>>;
