import { afterAll, describe, expect, it } from 'vitest';
import { createPartitionWriter, createRoomStore, type Flush, type LogName, type RoomWrite } from '../src/index.ts';
import { testRedis } from './redis.ts';

const { redis, keys } = testRedis();
afterAll(() => redis.disconnect());

const LEDGER = { in: 1, counted: 1, duplicate: 0, late: 0, quarantined: 0, forwarded: 0, ignored: 0, ticks: 0 };
const flushOf = (expected: number | undefined, next: number, text = 'x'): Flush => ({
  expected,
  next,
  append: 7_000 + next,
  streamTime: 1_000,
  ledger: LEDGER,
  rooms: [
    {
      room_id: '__proto__',
      whole: expected === undefined,
      fields: { rev: String(next), info: JSON.stringify({ title: text }), health: '{}', [`m:${next}`]: '{"minute":1}' },
      forgotten: expected === undefined ? [] : [`m:${expected}`],
      card: '{}',
      ttl: 60,
      messages: ['{"kind":"update"}'],
    },
  ],
  forgotten: expected === undefined ? [] : ['left'],
});
const named = (generation: number): LogName => ({ generation, cluster_id: 'c', topic: 'live.events', partitions: 8 });

describe('the fenced writer', () => {
  it('writes a flush once, refuses what does not continue it, and fences every earlier owner', async () => {
    const first = createPartitionWriter(redis, keys, 0, named(1));
    const claim = await first.claim();
    if (claim.kind !== 'claimed') throw new Error('not claimed');
    expect(claim.applied).toBeUndefined();
    expect(await first.look()).toBeUndefined();
    expect(await first.flush(claim.fence, flushOf(undefined, 5))).toEqual({ kind: 'ok', absent: [] });
    expect(await first.look()).toEqual({ offset: 5, append: 7_005 });
    expect(await createPartitionWriter(redis, keys, 0, named(2)).look()).toBeUndefined();
    // Sent again, as after a lost answer.
    expect(await first.flush(claim.fence, flushOf(undefined, 5))).toEqual({ kind: 'ok', absent: [] });
    expect(await first.flush(claim.fence, flushOf(4, 6))).toMatchObject({ kind: 'behind', applied: 5 });
    expect(await first.flush(claim.fence, flushOf(5, 9, 'nine'))).toEqual({ kind: 'ok', absent: [] });

    const second = await createPartitionWriter(redis, keys, 0, named(1)).claim();
    if (second.kind !== 'claimed') throw new Error('not claimed');
    expect(second.applied).toBe(9);
    expect(second.fence).toBeGreaterThan(claim.fence);
    expect(await first.flush(claim.fence, flushOf(9, 10, 'stale'))).toEqual({ kind: 'fenced' });

    const stored = await createRoomStore(redis, keys, 1).read('__proto__');
    expect(stored?.rev).toBe(9);
    expect(stored?.live.room.title).toBe('nine');
  });

  it('refuses a lower generation and forgets the position of an older log', async () => {
    const higher = createPartitionWriter(redis, keys, 0, named(2));
    expect(await higher.claim()).toMatchObject({ kind: 'claimed', applied: undefined });
    expect(await createPartitionWriter(redis, keys, 0, named(1)).claim()).toMatchObject({ kind: 'refused' });
  });

  it('refuses another log of the same generation', async () => {
    const other = { ...named(2), cluster_id: 'another' };
    expect(await createPartitionWriter(redis, keys, 0, other).claim()).toEqual({
      kind: 'refused',
      why: 'cluster_id is c in Redis, another here',
    });
  });

  it('says that it is behind where Redis lost everything', async () => {
    const writer = createPartitionWriter(redis, keys, 3, named(2));
    const claim = await writer.claim();
    if (claim.kind !== 'claimed') throw new Error('not claimed');
    await writer.flush(claim.fence, flushOf(undefined, 5));
    await redis.del(keys.meta(3));
    expect(await writer.flush(claim.fence, flushOf(5, 6))).toMatchObject({ kind: 'behind', applied: undefined });
  });

  it('moves its position with the last slice of a rewrite, and takes an unfinished one for a lost Redis', async () => {
    const writer = createPartitionWriter(redis, keys, 4, named(2));
    const claimed = async (): Promise<{ fence: number; applied: number | undefined }> => {
      const claim = await writer.claim();
      if (claim.kind !== 'claimed') throw new Error('not claimed');
      return claim;
    };
    const position = () => redis.hget(keys.meta(4), 'applied');
    const { fence } = await claimed();
    await writer.flush(fence, { ...flushOf(undefined, 5), part: 'only' });
    await redis.hset(keys.live(4), 'gone', '{}');
    expect(await writer.flush(fence, { ...flushOf(5, 9), part: 'first', forgotten: [] })).toEqual({
      kind: 'ok',
      absent: [],
    });
    // The list of cards begins anew, and the position stands where it stood.
    expect(await redis.hkeys(keys.live(4))).toEqual(['__proto__']);
    expect(await position()).toBe('5');
    const again = await claimed();
    expect(again.applied).toBeUndefined();
    await writer.flush(again.fence, { ...flushOf(undefined, 9), part: 'first', forgotten: [] });
    await writer.flush(again.fence, { ...flushOf(undefined, 9), part: 'last', forgotten: [] });
    expect(await position()).toBe('9');
    expect((await claimed()).applied).toBe(9);
  });

  it('forgets the cards of an older generation', async () => {
    await redis.hset(keys.live(4), 'old', '{}');
    await createPartitionWriter(redis, keys, 4, named(3)).claim();
    expect(await redis.exists(keys.live(4))).toBe(0);
  });

  it('changes a room only where Redis has it, and says where it has not', async () => {
    const writer = createPartitionWriter(redis, keys, 5, named(3));
    const claim = await writer.claim();
    if (claim.kind !== 'claimed') throw new Error('not claimed');
    const room = keys.room(5, '__proto__');
    const [write] = flushOf(undefined, 5).rooms;
    const flush = (expected: number | undefined, next: number, whole: boolean) =>
      writer.flush(claim.fence, {
        ...flushOf(expected, next),
        rooms: [{ ...write, whole, fields: { rev: String(next), [`m:${next}`]: '{}' } } as RoomWrite],
      });
    expect(await flush(undefined, 5, true)).toEqual({ kind: 'ok', absent: [] });
    expect(await flush(5, 6, false)).toEqual({ kind: 'ok', absent: [] });
    expect(await redis.hgetall(room)).toEqual({ generation: '3', rev: '6', 'm:5': '{}', 'm:6': '{}' });
    await redis.del(room);
    expect(await flush(6, 7, false)).toEqual({ kind: 'ok', absent: ['__proto__'] });
    expect(await redis.exists(room)).toBe(0);
    expect(await redis.hget(keys.meta(5), 'applied')).toBe('7');
    expect(await flush(7, 8, true)).toEqual({ kind: 'ok', absent: [] });
    expect(await redis.hgetall(room)).toEqual({ generation: '3', rev: '8', 'm:8': '{}' });
    expect(await redis.ttl(room)).toBeGreaterThan(0);
  });

  it.each([
    { told: 'whole', whole: true, older: 3, left: { generation: '4', rev: '2', 'm:2': '{}' }, absent: [] },
    { told: 'in part', whole: false, older: 4, left: {}, absent: ['__proto__'] },
  ])('leaves nothing of an older generation in a room that is told $told', async ({ whole, older, left, absent }) => {
    const [write] = flushOf(undefined, 5).rooms;
    const tell = async (generation: number, rev: number, isWhole: boolean) => {
      const writer = createPartitionWriter(redis, keys, 6, named(generation));
      const claim = await writer.claim();
      if (claim.kind !== 'claimed') throw new Error('not claimed');
      const fields = { rev: String(rev), [`m:${rev}`]: '{}' };
      const rooms = [{ ...write, whole: isWhole, fields } as RoomWrite];
      return writer.flush(claim.fence, { ...flushOf(claim.applied, rev), rooms });
    };
    await tell(older, 9, true);
    const outcome = await tell(older + 1, 2, whole);
    expect(await redis.hgetall(keys.room(6, '__proto__'))).toEqual(left);
    expect(outcome).toEqual({ kind: 'ok', absent });
  });
});
