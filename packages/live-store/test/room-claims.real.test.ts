import { partitionOf } from '@liveboard/contracts';
import { afterAll, expect, it } from 'vitest';
import { createRoomClaims } from '../src/index.ts';
import { testRedis } from './redis.ts';

const { redis, keys } = testRedis();
afterAll(() => redis.disconnect());

it('a room belongs to the first account that is named for it, whoever asks at once, and not for ever', async () => {
  const claims = createRoomClaims(redis, keys, 8);
  expect(await claims.holder('room')).toBeUndefined();
  const accounts = Array.from({ length: 20 }, (_, n) => `account-${n}`);
  const answers = await Promise.all(accounts.map((account) => claims.claim('room', account)));
  expect(new Set(answers).size).toBe(1);
  expect(await claims.holder('room')).toBe(answers[0]);
  expect(await claims.claim('room', answers[0] as string)).toBe(answers[0]);
  expect(await claims.claim('__proto__', 'another')).toBe('another');
  expect(await redis.ttl(keys.claim(partitionOf('room', 8), 'room'))).toBeGreaterThan(86_400);
});
