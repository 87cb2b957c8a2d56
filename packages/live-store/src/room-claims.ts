import { partitionOf } from '@liveboard/contracts';
import type { Redis } from 'ioredis';
import type { Keys } from './keys.ts';

/** Longer than ingest is ever behind, s. */
const HELD_S = 7 * 86_400;

/**
 * Whose a room is until ingest has read its start: the first account named for it. Only for rooms that the hot state
 * does not know; what ingest says of a room comes before. Rejects when Redis does not answer.
 */
export interface RoomClaims {
  /** The account that has it: `account`, or whoever was before. */
  claim(roomId: string, account: string): Promise<string>;
  holder(roomId: string): Promise<string | undefined>;
}

export const createRoomClaims = (redis: Redis, keys: Keys, partitions: number): RoomClaims => {
  const key = (roomId: string): string => keys.claim(partitionOf(roomId, partitions), roomId);
  return {
    claim: async (roomId, account) => (await redis.set(key(roomId), account, 'EX', HELD_S, 'NX', 'GET')) ?? account,
    holder: async (roomId) => (await redis.get(key(roomId))) ?? undefined,
  };
};
