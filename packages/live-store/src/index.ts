export { connectRedis, isRedisAway, type Redis } from './connection.ts';
export { createKeys, type Keys } from './keys.ts';
export {
  type Attach,
  BOOT_HOLD_MS,
  createLease,
  LEASE_TTL_MS,
  type Lease,
  type LeaseHolder,
  type LeaseMember,
  newSession,
  type Renewed,
  readMoved,
  type Taken,
} from './lease.ts';
export { agreeOnLog, type LogName } from './log-name.ts';
export { createRoomClaims, type RoomClaims } from './room-claims.ts';
export {
  createRoomStore,
  type PartitionMeta,
  type RoomStore,
  type StoredPosition,
  type StoredRoom,
} from './room-store.ts';
export { createSubscriber, type Subscriber } from './subscriber.ts';
export {
  type Claim,
  createPartitionWriter,
  type Flush,
  type FlushOutcome,
  type PartitionWriter,
  type RewritePart,
  type RoomWrite,
} from './writer.ts';
