import { randomUUID } from 'node:crypto';
import { createKafkaAdmin } from './admin.ts';
import { createClient, type KafkaOptions } from './client.ts';

/** One record as it lies in the log. `append` is its broker time, ms. */
export interface ReadRecord {
  readonly partition: number;
  readonly offset: number;
  readonly append: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

export interface LogReader {
  /**
   * Reads every partition from its first record to the end it had at the call; `take` gets each partition's records in
   * order, the next ones once what it returned is settled. `only`: of one partition alone.
   */
  readAll(topic: string, take: (records: readonly ReadRecord[]) => void | Promise<void>, only?: number): Promise<void>;
}

/** Reads whole topics in a throw-away group, for tools: nothing is committed. */
export const createLogReader = (options: KafkaOptions, namespace: string): LogReader => ({
  readAll: async (topic, take, only) => {
    const admin = createKafkaAdmin(options);
    await admin.connect();
    const bounds = await admin.bounds(topic);
    await admin.disconnect();
    const isWanted = (partition: number): boolean => only === undefined || partition === only;
    const waiting = new Map(
      bounds
        .filter(({ partition, start, end }) => isWanted(partition) && end > start)
        .map(({ partition, end }) => [partition, end]),
    );
    const others = bounds.map(({ partition }) => partition).filter((partition) => !isWanted(partition));
    if (waiting.size === 0) return;
    const consumer = createClient(options).consumer({
      groupId: `${namespace}liveboard.tool.${randomUUID()}`,
      maxWaitTimeInMs: 200,
      readUncommitted: false,
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    try {
      await new Promise<void>((done, fail) => {
        const reached = (partition: number, offset: number): void => {
          if (offset >= (waiting.get(partition) ?? Number.POSITIVE_INFINITY) - 1) waiting.delete(partition);
          if (waiting.size === 0) done();
        };
        consumer.on('consumer.group_join', () => consumer.pause([{ topic, partitions: others }]));
        consumer.on('consumer.crash', ({ payload }) => fail(payload.error));
        // Records of aborted transactions and their markers are passed over without the handler.
        consumer.on('consumer.end_batch_process', ({ payload: { partition, batchSize, lastOffset } }) => {
          if (batchSize === 0) reached(partition, Number(lastOffset));
        });
        consumer
          .run({
            autoCommit: false,
            eachBatchAutoResolve: true,
            partitionsConsumedConcurrently: 1,
            eachBatch: async ({ batch, heartbeat }) => {
              const end = waiting.get(batch.partition);
              if (end === undefined) return;
              const records = batch.messages.flatMap(({ offset, timestamp, key, value }) =>
                Number(offset) < end
                  ? [{ partition: batch.partition, offset: Number(offset), append: Number(timestamp), key, value }]
                  : [],
              );
              try {
                await take(records);
              } catch (error) {
                // Thrown on, it would be tried again for minutes.
                fail(error);
                return;
              }
              reached(batch.partition, Number(batch.lastOffset()));
              await heartbeat();
            },
          })
          .catch(fail);
      });
    } finally {
      await consumer.disconnect();
    }
  },
});
