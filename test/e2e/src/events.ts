import { partitionOf, TOPICS } from '@liveboard/contracts';
import { createKafkaProducer, type KafkaProducer } from '@liveboard/kafka';
import { createLog } from '@liveboard/runtime';
import type { Stack } from './stack.ts';

/** Writes events as any producer would; values may be any bytes. */
export const createEvents = async (stack: Stack, partitions = 8) => {
  const producer: KafkaProducer = createKafkaProducer({
    brokers: stack.kafka_brokers.split(','),
    clientId: 'liveboard-test',
    log: createLog('test', 'error'),
  });
  await producer.connect();
  const topic = stack.namespace + TOPICS.events.name;
  return {
    place: (roomId: string): number => partitionOf(roomId, partitions),
    /** Sends in order; `partition` defaults to the room's own. */
    send: (roomId: string, values: readonly (object | Uint8Array | null)[], partition?: number) =>
      producer.send(
        topic,
        values.map((value) => ({
          key: roomId,
          value:
            value === null
              ? null
              : value instanceof Uint8Array
                ? Buffer.from(value)
                : Buffer.from(JSON.stringify(value)),
          partition: partition ?? partitionOf(roomId, partitions),
        })),
      ),
    close: () => producer.disconnect(),
  };
};
