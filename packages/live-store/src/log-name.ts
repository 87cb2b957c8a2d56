import type { Redis } from 'ioredis';
import type { Keys } from './keys.ts';
import logLua from './lua/log.lua';

/** Which log a Redis holds the state of. */
export interface LogName {
  readonly generation: number;
  readonly cluster_id: string;
  readonly topic: string;
  readonly partitions: number;
}

/**
 * Writes the name where none stands or an older generation's does. Says how the one that stands differs, or nothing.
 * Rejects when Redis does not answer.
 */
export const agreeOnLog = async (redis: Redis, keys: Keys, mine: LogName): Promise<string | undefined> => {
  const text = JSON.stringify(mine);
  const held = JSON.parse((await redis.eval(logLua, 1, keys.log, mine.generation, text)) as string) as LogName;
  const differing = (Object.keys(mine) as (keyof LogName)[]).filter((field) => held[field] !== mine[field]);
  if (differing.length === 0) return undefined;
  return differing.map((field) => `${field} is ${held[field]} in Redis, ${mine[field]} here`).join('; ');
};
