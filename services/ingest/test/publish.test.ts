import { applyMergePatch } from '@liveboard/contracts';
import { createPartition } from '@liveboard/windows';
import { describe, expect, it } from 'vitest';
import { createPublisher } from '../src/publish.ts';

const START = 1_760_000_040_000;
const BODIES: readonly ((n: number) => object)[] = [
  (n) => ({ type: 'viewer.entered', user_id: `u${n % 7}`, source: n % 2 === 0 ? 'for_you' : 'search' }),
  (n) => ({ type: 'product.clicked', user_id: `u${n % 5}`, product_id: `p${n % 3}` }),
  (n) => ({ type: 'comment.posted', user_id: `u${n % 3}`, text: `"${n}"\n` }),
  (n) => ({ type: 'product.listed', product_id: `p${n % 3}`, title: `Title ${n}`, price_minor: n }),
  (n) => ({ type: n % 4 === 0 ? 'product.pinned' : 'product.unpinned', product_id: 'p1' }),
  (n) => ({ type: 'marker.added', label: `m${n}`, kind: 'note' }),
];

/** A partition of one room whose events come one by one, 7 s apart. */
const createFeed = () => {
  const partition = createPartition({ partition: 0, partitions: 1, generation: 3 });
  let n = 0;
  const apply = (ts: number, body: object): void => {
    const value = Buffer.from(JSON.stringify({ v: 1, id: `e${n}`, room_id: 'r', ts, ...body }));
    partition.apply({ offset: n++, append: ts, value });
  };
  apply(START, {
    type: 'room.started',
    account_id: 'a',
    handle: '@r',
    name: 'R',
    title: 'T',
    currency: 'EUR',
    timezone: 'Europe/Berlin',
  });
  return {
    partition,
    next: () => apply(START + n * 7_000, BODIES[(n * 5) % BODIES.length]?.(n) as object),
    end: () => apply(START + n * 7_000, { type: 'room.ended' }),
  };
};

const parsed = (fields: ReadonlyMap<string, string>): Record<string, unknown> =>
  Object.fromEntries([...fields].map(([name, text]) => [name, JSON.parse(text)]));

describe('what Redis is told of a room', () => {
  it('adds up to the whole room, in the hash and in the messages', () => {
    const { partition, next, end } = createFeed();
    const hash = new Map<string, string>();
    let live: unknown;
    let rev: unknown;
    let clock = 0;
    const publisher = createPublisher(3, () => clock);
    for (let i = 0; i < 90; i++) {
      for (let each = 0; each <= i % 3; each++) next();
      if (i === 80) end();
      clock += 250;
      const [change] = partition.drain().rooms;
      if (change === undefined) throw new Error('nothing changed');
      const write = publisher.writeOf(change);
      for (const [name, text] of Object.entries(write.fields)) hash.set(name, text);
      for (const name of write.forgotten) hash.delete(name);
      const [update] = write.messages.map((text) => JSON.parse(text));
      expect(update).toMatchObject({ kind: 'update', generation: 3, rev: change.rev, room_id: 'r' });
      expect(update.prev).toBe(rev);
      rev = update.rev;
      live = applyMergePatch(live, update.set ?? {});
      expect(live).toEqual(change.live);
    }
    const [whole] = partition.drain(['r']).rooms;
    if (whole === undefined) throw new Error('the room is not there');
    const { fields, forgotten } = createPublisher(3, () => clock).writeOf(whole);
    const expected = parsed(new Map(Object.entries(fields)));
    const held = parsed(hash);
    // Rows that are no longer kept in detail stay as they were written.
    for (const name of Object.keys(expected)
      .filter((each) => each.startsWith('m:'))
      .slice(0, -10)) {
      expected[name] = { ...(expected[name] as object), products: [], sources: [] };
      held[name] = { ...(held[name] as object), products: [], sources: [] };
    }
    expect(held).toEqual(expected);
    for (const name of forgotten) expect(hash.has(name)).toBe(false);
    expect(hash.has('compare')).toBe(true);
  });

  it('writes and says only what changed', () => {
    const { partition, next } = createFeed();
    const publisher = createPublisher(3, () => 0);
    const write = () => publisher.writeOf(partition.drain().rooms[0] as never);
    expect(write().fields).toMatchObject({ info: expect.any(String), products: '[]', comments: '[]' });
    for (let i = 0; i < 3 * BODIES.length; i++) next();
    write();
    next();
    const { fields, messages, card, ttl } = write();
    expect(fields).not.toHaveProperty('info');
    expect(fields).not.toHaveProperty('pinned');
    expect(JSON.parse(messages[0] as string).set).not.toHaveProperty('room');
    expect({ card, ttl }).toEqual({ ttl: 0 });
  });
});
