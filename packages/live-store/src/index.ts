export { connectRedis, type Redis } from './connection.ts';
export { createKeys, type Keys } from './keys.ts';
export {
  type Claim,
  createPartitionWriter,
  type Flush,
  type FlushOutcome,
  type PartitionWriter,
  type RoomWrite,
} from './writer.ts';
