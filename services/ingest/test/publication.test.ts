import type { Flush, PartitionWriter } from '@liveboard/live-store';
import { createLog } from '@liveboard/runtime';
import { createPartition } from '@liveboard/windows';
import { describe, expect, it } from 'vitest';
import { createPublication } from '../src/publication.ts';

const T = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;

/** Redis as a writer leaves it: what each room's hash holds, and the flushes that were written. */
const createFake = () => {
  const hashes = new Map<string, Map<string, string>>();
  const flushes: Flush[] = [];
  let applied: number | undefined;
  const writer: PartitionWriter = {
    look: async () => undefined,
    claim: async () => ({ kind: 'claimed', fence: 1, applied }),
    flush: async (_, flush) => {
      const { part, expected, next } = flush;
      // As the script: where nothing was applied since, it is the same flush again.
      if (part === undefined && next === applied) return { kind: 'ok', absent: [] };
      if (expected !== applied) return { kind: 'behind', applied, fence: 1 };
      if (part !== 'first' && part !== 'more') applied = next;
      flushes.push(flush);
      const absent: string[] = [];
      for (const { room_id, whole, fields, forgotten } of flush.rooms) {
        const hash = whole ? new Map<string, string>() : hashes.get(room_id);
        if (hash === undefined) {
          absent.push(room_id);
          continue;
        }
        hashes.set(room_id, hash);
        for (const [name, text] of Object.entries(fields)) hash.set(name, text);
        for (const name of forgotten) hash.delete(name);
      }
      return { kind: 'ok', absent };
    },
  };
  return { hashes, flushes, writer };
};

/** A partition, its publication, and what is told of it. */
const createPlace = (writer: PartitionWriter) => {
  const partition = createPartition({ partition: 0, partitions: 1, generation: 1 });
  const publication = createPublication({
    n: 0,
    generation: 1,
    partition,
    writer,
    confirm: async () => true,
    logEnd: async () => 100,
    onRefused: () => undefined,
    log: createLog('test', 'silent'),
  });
  let offset = 0;
  const apply = (event: Record<string, unknown>): void => {
    const value = Buffer.from(JSON.stringify({ v: 1, ...event }));
    partition.apply({ offset: offset++, append: T + 9 * DAY, value });
  };
  return {
    publication,
    share: (ts: number, room = 'r'): void =>
      apply({ id: `e${ts}`, type: 'share.sent', room_id: room, ts, user_id: 'u' }),
    tick: (ts: number): void => apply({ type: 'clock.tick', ts }),
  };
};

it('takes no card out while it writes all rooms again: one that was dropped meanwhile may be back', async () => {
  let isAway = true;
  const { flushes, writer } = createFake();
  const { publication, share, tick } = createPlace({
    ...writer,
    claim: async () => {
      if (isAway) throw new Error('away');
      return writer.claim();
    },
  });
  share(T);
  await publication.flush();
  tick(T + 2 * DAY);
  await publication.flush();
  share(T + 2 * DAY);
  isAway = false;
  await publication.flush();
  expect(flushes.map(({ part, forgotten, rooms }) => [part, forgotten, rooms.map((room) => room.room_id)])).toEqual([
    ['only', [], ['r']],
  ]);
});

describe('a room that Redis let go of', () => {
  const ROOMS = 250;
  const roomOf = (n: number): string => `r${n}`;

  it('is told whole with the next flush, also where nothing was applied since', async () => {
    const { hashes, flushes, writer } = createFake();
    const { publication, share } = createPlace(writer);
    for (let minute = 0; minute < 20; minute++) {
      share(T + minute * 60_000);
      await publication.flush();
    }
    const before = hashes.get('r');
    hashes.clear();
    share(T + 20 * 60_000);
    await publication.flush();
    expect(hashes.has('r')).toBe(false);
    expect(publication.isCurrent).toBe(false);
    await publication.flush();
    expect(publication.isCurrent).toBe(true);
    const after = hashes.get('r');
    expect([...(after?.keys() ?? [])]).toEqual(expect.arrayContaining([...(before?.keys() ?? [])]));
    expect([...(after?.keys() ?? [])].filter((name) => name.startsWith('m:'))).toHaveLength(20);
    expect(await publication.flush()).toBeUndefined();
    share(T + 21 * 60_000);
    await publication.flush();
    expect(flushes.slice(-3).map(({ part, rooms }) => [part, rooms.map(({ whole }) => whole)])).toEqual([
      [undefined, [false]],
      ['last', [true]],
      [undefined, [false]],
    ]);
  });

  it('is told in slices with many others, and the list of cards stays', async () => {
    const { hashes, flushes, writer } = createFake();
    const { publication, share } = createPlace(writer);
    for (let n = 0; n < ROOMS; n++) share(T, roomOf(n));
    await publication.flush();
    hashes.clear();
    const begun = flushes.length;
    for (let n = 0; n < ROOMS; n++) share(T + 1, roomOf(n));
    await publication.flush();
    await publication.flush();
    expect(hashes.size).toBe(ROOMS);
    expect(flushes.slice(begun).map(({ part, rooms }) => [part, rooms.length])).toEqual([
      [undefined, ROOMS],
      ['more', 200],
      ['last', 50],
    ]);
  });

  it('is told whole where it was one of all that were written again, less what Redis was thought to have', async () => {
    const { hashes, writer } = createFake();
    let isAway = false;
    const { publication, share } = createPlace({
      ...writer,
      flush: async (...args) => {
        if (isAway) throw new Error('away');
        return writer.flush(...args);
      },
    });
    for (let minute = 0; minute < 20; minute++) {
      share(T + minute * 60_000);
      await publication.flush();
    }
    hashes.clear();
    isAway = true;
    share(T + 20 * 60_000);
    await publication.flush();
    isAway = false;
    await publication.flush();
    expect(hashes.has('r')).toBe(false);
    await publication.flush();
    expect([...(hashes.get('r')?.keys() ?? [])].filter((name) => name.startsWith('m:'))).toHaveLength(20);
  });
});
