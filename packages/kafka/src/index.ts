export { type Committed, createKafkaAdmin, type KafkaAdmin, type LogBounds } from './admin.ts';
export { type CheckpointStore, createCheckpointStore, type StateBytes, sizeOf } from './checkpoint.ts';
export type { KafkaOptions } from './client.ts';
export { UnknownCodec } from './codecs.ts';
export {
  type ConsumerOptions,
  createPartitionConsumer,
  type PartitionConsumer,
  type PartitionOwner,
} from './consumer.ts';
export { createFoldedLog, type FoldedLog, type FoldedRecord } from './folded-log.ts';
export { FETCH_BYTES, type Piece, piecesOf } from './pieces.ts';
export { createProof, POSITION_VERSION, type Pointer, type Position, type Proof, readPosition } from './position.ts';
export { createKafkaProducer, type KafkaProducer, type OutMessage, type Placed } from './producer.ts';
export { createLogReader, type LogReader, type ReadRecord } from './reader.ts';
export { createRestore, type Located, locate, type Restored } from './restore.ts';
