import { randomUUID } from 'node:crypto';
import { createClient, type KafkaOptions } from './client.ts';

/**
 * Reads `count` records that carry the header `id` from `offset` on, in the order of their header `i`.
 * Rejects where they are not all there after `deadlineMs`.
 */
export const readOffsets = async (
  options: KafkaOptions,
  where: {
    readonly topic: string;
    readonly partition: number;
    readonly offset: number;
    readonly id: string;
    readonly count: number;
  },
  namespace: string,
  deadlineMs = 30_000,
): Promise<Buffer[]> => {
  const { topic, partition, offset, id, count } = where;
  const consumer = createClient(options).consumer({
    groupId: `${namespace}liveboard.checkpoint.${randomUUID()}`,
    maxWaitTimeInMs: 100,
  });
  const found = new Map<number, Buffer>();
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: false });
  try {
    await new Promise<void>((done, fail) => {
      const timer = setTimeout(
        () => fail(new Error(`only ${found.size} of ${count} chunks of ${id} were found`)),
        deadlineMs,
      );
      consumer.on('consumer.crash', ({ payload }) => fail(payload.error));
      consumer
        .run({
          autoCommit: false,
          eachMessage: ({ partition: from, message }) => {
            if (from === partition && String(message.headers?.id) === id && message.value !== null)
              found.set(Number(message.headers?.i), message.value);
            if (found.size === count) {
              clearTimeout(timer);
              done();
            }
            return Promise.resolve();
          },
        })
        .catch(fail);
      consumer.seek({ topic, partition, offset: String(offset) });
    });
  } finally {
    await consumer.disconnect();
  }
  return [...found].sort(([a], [b]) => a - b).map(([, chunk]) => chunk);
};
