export { type Committed, createKafkaAdmin, type KafkaAdmin, type LogBounds } from './admin.ts';
export { readOffsets } from './chunks.ts';
export type { KafkaOptions } from './client.ts';
export { UnknownCodec } from './codecs.ts';
export {
  type ConsumerOptions,
  createPartitionConsumer,
  type PartitionConsumer,
  type PartitionOwner,
} from './consumer.ts';
export { createKafkaProducer, type KafkaProducer, type OutMessage, type Placed } from './producer.ts';
export { createLogReader, type LogReader, type ReadRecord } from './reader.ts';
