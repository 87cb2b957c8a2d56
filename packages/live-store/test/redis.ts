import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import { createKeys } from '../src/index.ts';

/** A connection to the Redis that the test command started, and keys nobody else uses. */
export const testRedis = () => {
  const file = process.env.LIVEBOARD_TEST_STACK;
  if (file === undefined) throw new Error('LIVEBOARD_TEST_STACK: must name the stack.json of a running stack');
  const { redis_url } = JSON.parse(readFileSync(file, 'utf8')) as { redis_url: string };
  return { redis: new Redis(redis_url), keys: createKeys(`t${randomUUID().slice(0, 8)}_`) };
};
