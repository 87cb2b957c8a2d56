import kafkajs from 'kafkajs';
import { createClient, type KafkaOptions } from './client.ts';

export interface OutMessage {
  readonly key: string | Buffer | null;
  readonly value: Buffer | null;
  /** Without it the record goes where Java's partitioner puts its key. */
  readonly partition?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Where records of one send landed. `logAppendTime` is the broker's time (ms) on topics that stamp it, else -1. */
export interface Placed {
  readonly partition: number;
  readonly baseOffset: number;
  readonly logAppendTime: number;
}

export interface KafkaProducer {
  connect(): Promise<void>;
  /** Resolves once all in-sync replicas acknowledged. Rejects when the broker stays away. */
  send(topic: string, messages: readonly OutMessage[]): Promise<Placed[]>;
  disconnect(): Promise<void>;
}

/** A producer that waits for all replicas and places keys as the Java client does. */
export const createKafkaProducer = (options: KafkaOptions): KafkaProducer => {
  const producer = createClient(options).producer({
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
  });
  return {
    connect: () => producer.connect(),
    disconnect: () => producer.disconnect(),
    send: async (topic, messages) => {
      const placed = await producer.send({
        topic,
        acks: -1,
        messages: messages.map(({ key, value, partition, headers }) => ({
          key,
          value,
          ...(partition === undefined ? {} : { partition }),
          ...(headers === undefined ? {} : { headers: { ...headers } }),
        })),
      });
      return placed.map(({ partition, baseOffset, logAppendTime }) => ({
        partition,
        baseOffset: Number(baseOffset ?? -1),
        logAppendTime: Number(logAppendTime ?? -1),
      }));
    },
  };
};
