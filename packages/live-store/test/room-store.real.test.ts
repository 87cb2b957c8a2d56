import { partitionOf } from '@liveboard/contracts';
import { afterAll, describe, expect, it } from 'vitest';
import { createRoomStore } from '../src/index.ts';
import { testRedis } from './redis.ts';

const { redis, keys } = testRedis();
afterAll(() => redis.disconnect());

describe('the cards of all rooms', () => {
  it('are those of the present count of partitions, whatever an older one left', async () => {
    const partitions = 8;
    const rooms = Array.from({ length: 20 }, (_, n) => `room-${n}`);
    for (const room of rooms) {
      const home = partitionOf(room, partitions);
      await redis.hset(keys.live(home), room, 'present');
      const before = partitionOf(room, 3);
      if (before !== home) await redis.hset(keys.live(before), room, 'left behind');
    }
    const cards = await createRoomStore(redis, keys, partitions).cards();
    expect([...cards]).toHaveLength(rooms.length);
    expect(new Set(cards.values())).toEqual(new Set(['present']));
  });
});
