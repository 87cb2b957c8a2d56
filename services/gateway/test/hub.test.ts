import { afterEach, describe, expect, it } from 'vitest';
import type { Watcher } from '../src/feed/hub.ts';
import { createFakeStore, settle, storedRoom } from './fakes.ts';

const { hub, rooms, publish } = createFakeStore();
afterEach(() => hub.close());

const told: string[] = [];
const watcher: Watcher = {
  update: (_, { offset }) => told.push(`update ${offset}`),
  reset: () => told.push('reset'),
  comments: (_, items) => told.push(`comments ${items.length}`),
  stale: () => told.push('stale'),
};

describe('what comes on a room’s channel', () => {
  it('is told when ingest wrote it, and else read anew, whatever it is', async () => {
    rooms.set('r', storedRoom('r', 5));
    await hub.watch('r', watcher);
    const update = { kind: 'update', room_id: 'r', generation: 1, prev: 5, rev: 6 };
    const strange: unknown[] = [
      null,
      1,
      'text',
      [],
      {},
      { kind: 'another' },
      { kind: 'comments' },
      { kind: 'comments', items: [null] },
      { ...update, rev: '6' },
      { ...update, set: null },
      { ...update, products: [null] },
      { ...update, minutes: {} },
      { ...update, compare: 1 },
    ];
    for (const each of strange) expect(() => publish('r', JSON.stringify(each)), JSON.stringify(each)).not.toThrow();
    publish('r', 'not JSON');
    await settle();
    expect(told).toEqual([]);

    rooms.set('r', storedRoom('r', 7));
    publish('r', 'null');
    await settle();
    expect(told).toEqual(['reset']);
    publish('r', { ...update, prev: 7, rev: 8, products: [{ product_id: 'p' }] });
    publish('r', { kind: 'comments', items: [{ id: 'c' }] });
    expect(told).toEqual(['reset', 'update 8', 'comments 1']);
  });
});
