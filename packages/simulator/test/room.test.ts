import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createFleet,
  createNoise,
  createRoom,
  createTruthCounter,
  DEMO_ACCOUNTS,
  type GroundTruth,
  LIVE_NOISE,
  MALFORMED,
  ROSTER,
  type SimEvent,
} from '../src/index.ts';
import { countMinutes, statesOf } from './signal.ts';

const START = 1_700_000_040_000;
const MINUTE = 60_000;
const character = (key: string): (typeof ROSTER)[number] => {
  const found = ROSTER.find((c) => c.key === key);
  if (found === undefined) throw new Error(`no character ${key}`);
  return found;
};

/** Recounts a room from its events alone, each number on its own, the dull way. */
function recount(events: readonly SimEvent[]): GroundTruth {
  const of = <T extends SimEvent['type']>(type: T): Extract<SimEvent, { type: T }>[] =>
    events.filter((e): e is Extract<SimEvent, { type: T }> => e.type === type);
  const add = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
  type Lines = Extract<SimEvent, { type: 'order.paid' | 'order.created' | 'order.refunded' }>;
  const skuOrders = (list: readonly Lines[]): number =>
    new Set(
      list.flatMap((o) => o.items.map((i) => JSON.stringify([o.id, i.line_id ?? [i.product_id, i.sku_id ?? null]]))),
    ).size;
  const money = (list: readonly Lines[]): number => add(list.flatMap((o) => o.items.map((i) => i.amount_minor)));
  const pieces = (list: readonly Lines[]): number => add(list.flatMap((o) => o.items.map((i) => i.quantity)));
  const users = (list: readonly { user_id: string }[]): number => new Set(list.map((e) => e.user_id)).size;
  const paid = of('order.paid');
  const refunded = of('order.refunded');
  return {
    events: events.length,
    gmv: money(paid),
    gmv_refunds: money(refunded),
    created_orders: skuOrders(of('order.created')),
    paid_orders: skuOrders(paid),
    items_sold: pieces(paid),
    refund_orders: skuOrders(refunded),
    refund_items: pieces(refunded),
    views: of('viewer.entered').length,
    leaves: of('viewer.left').length,
    watch_ms: add(of('viewer.left').map((e) => e.watch_ms)),
    room_impressions: add(of('room.impression').map((e) => e.count)),
    product_impressions: of('product.impression').length,
    product_clicks: of('product.clicked').length,
    comments: of('comment.posted').length,
    likes: add(of('like.sent').map((e) => e.count)),
    shares: of('share.sent').length,
    new_followers: of('follow.created').length,
    viewers: users(of('viewer.entered')),
    buyers: users(paid),
    commenters: users(of('comment.posted')),
    present: of('viewer.entered').length - of('viewer.left').length,
  };
}

describe('a room', () => {
  test('is the same for the same seed, however often it is asked', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ROSTER),
        fc.string(),
        fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 12 }),
        (who, seed, pauses) => {
          const whole = createRoom(who, seed, START).next(START + 3 * MINUTE);
          const asked = createRoom(who, seed, START);
          const parts: SimEvent[] = [];
          let at = START;
          for (const pause of pauses) {
            at = Math.min(at + pause, START + 3 * MINUTE);
            parts.push(...asked.next(at));
          }
          parts.push(...asked.next(START + 3 * MINUTE));
          expect(JSON.stringify(parts)).toBe(JSON.stringify(whole));
        },
      ),
      { numRuns: 15 },
    );
  });

  test('meets no more people than it is told to, and all of them soon', () => {
    const met = (users?: number): number =>
      new Set(
        createRoom(character('sagara'), 'a', START, users)
          .next(START + 3 * MINUTE)
          .flatMap((event) => ('user_id' in event ? [event.user_id] : [])),
      ).size;
    expect(met(50)).toBe(50);
    expect(met()).toBeGreaterThan(500);
  });

  test('differs for another seed', () => {
    const of = (seed: string): string =>
      JSON.stringify(createRoom(character('jade'), seed, START).next(START + 30_000));
    expect(of('a')).not.toBe(of('b'));
  });

  test.each(ROSTER.map((c) => [c.key, c] as const))('%s: its ground truth is what its events say', (_key, who) => {
    const room = createRoom(who, 'truth', START);
    const events = [...room.next(START + 20 * MINUTE), ...room.end(START + 20 * MINUTE)];
    expect(room.truth()).toEqual(recount(events));
    expect(events.length).toBeGreaterThan(500);
    expect(new Set(events.map((e) => e.id)).size).toBe(events.length);
    expect(events.every((e, i) => i === 0 || e.ts >= (events[i - 1]?.ts ?? 0))).toBe(true);
    expect(events[0]?.type).toBe('room.started');
    expect(events.at(-1)?.type).toBe('room.ended');
    expect(room.next(START + 30 * MINUTE)).toEqual([]);
    if (who.eventTypes !== undefined) {
      const allowed: readonly string[] = who.eventTypes;
      expect(events.filter((e) => !allowed.includes(e.type))).toEqual([]);
    }
    if (!who.snapshots) expect(events.some((e) => e.type === 'audience.snapshot')).toBe(false);
  });

  test('snapshots tell how many are in the room', () => {
    const room = createRoom(character('sagara'), 'snap', START);
    let online = 0;
    let seen = 0;
    for (const event of room.next(START + 4 * MINUTE)) {
      if (event.type === 'viewer.entered') online++;
      if (event.type === 'viewer.left') online--;
      if (event.type === 'audience.snapshot') {
        seen++;
        // Leaves of the very step of the snapshot may be on either side of it.
        expect(Math.abs(event.online - online)).toBeLessThanOrEqual(15);
      }
    }
    expect(seen).toBeGreaterThan(40);
  });

  test('the sleeper is silent for more than ten minutes and wakes', () => {
    const times = createRoom(character('siesta'), 'nap', START)
      .next(START + 40 * MINUTE)
      .map((e) => e.ts);
    const gaps = times.slice(1).map((ts, i) => ts - (times[i] ?? 0));
    expect(Math.max(...gaps)).toBeGreaterThan(11 * MINUTE);
    expect(times.at(-1) ?? 0).toBeGreaterThan(START + 38 * MINUTE);
  });
});

describe('what a board will say', () => {
  /** Of the closed minutes in which the room expects a state, the share that reads so; and of all, the share that does. */
  const shares = (key: string, seed: string, from: number, to: number, state: string): { met: number; all: number } => {
    const room = createRoom(character(key), seed, START);
    const rows = countMinutes(room.next(START + to * MINUTE + 1_000), START).slice(0, to);
    const minutes = statesOf(rows).map((s, i) => ({ said: s.state, due: room.expected(START + (i + 0.5) * MINUTE) }));
    const late = minutes.slice(from);
    const due = late.filter((m) => m.due === state);
    const share = (list: typeof late): number => list.filter((m) => m.said === state).length / list.length;
    return { met: share(due), all: share(late) };
  };
  const SEEDS = ['demo', 'one', 'two', 'three', 'four', 'five'];
  const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length;

  test('peaks read as peaks, trouble as trouble, steady rooms as steady', { timeout: 30_000 }, () => {
    const peak = SEEDS.map((seed) => shares('tenun', seed, 12, 32, 'peak'));
    const trouble = SEEDS.map((seed) => shares('isla', seed, 12, 60, 'trouble'));
    const calm = SEEDS.map((seed) => shares('sagara', seed, 10, 60, 'steady'));
    expect(Math.min(...peak.map((s) => s.met))).toBeGreaterThanOrEqual(0.8);
    expect(Math.min(...trouble.map((s) => s.met))).toBeGreaterThanOrEqual(0.75);
    expect(mean(trouble.map((s) => s.met))).toBeGreaterThanOrEqual(0.9);
    expect(mean(trouble.map((s) => s.all))).toBeGreaterThanOrEqual(0.55);
    expect(Math.min(...calm.map((s) => s.all))).toBeGreaterThanOrEqual(0.7);
  });
});

describe('the fleet', () => {
  test('has at least twelve rooms of different kinds, currencies and zones', () => {
    const rooms = createFleet('demo', { start: START }).describe(START);
    expect(rooms.length).toBeGreaterThanOrEqual(12);
    expect(new Set(rooms.map((r) => r.character)).size).toBe(7);
    expect(new Set(ROSTER.map((c) => c.currency)).size).toBeGreaterThanOrEqual(3);
    expect(new Set(ROSTER.map((c) => c.timezone)).size).toBeGreaterThanOrEqual(3);
    expect(new Set(rooms.map((r) => r.room_id)).size).toBe(rooms.length);
    expect(DEMO_ACCOUNTS.map((a) => a.account_id)).not.toContain('acct-demo');
  });

  test('a short stream ends and the next one is another room, always young', () => {
    const fleet = createFleet('demo', { start: START, characters: [character('pebble')] });
    const events = fleet.next(START + 25 * MINUTE);
    const starts = events.filter((e) => e.type === 'room.started');
    const ends = events.filter((e) => e.type === 'room.ended');
    expect(starts).toHaveLength(3);
    expect(ends).toHaveLength(2);
    expect(new Set(starts.map((e) => e.room_id)).size).toBe(3);
    expect(fleet.describe(START + 25 * MINUTE).filter((r) => !r.ended)).toHaveLength(1);
  });

  test('ends every room when it stops', () => {
    const fleet = createFleet('demo', { start: START, rooms: 5 });
    fleet.next(START + MINUTE);
    expect(fleet.end(START + MINUTE).map((e) => e.type)).toEqual(Array(5).fill('room.ended'));
    expect(fleet.next(START + 2 * MINUTE)).toEqual([]);
  });

  test('sends between 150 and 600 events a second', { timeout: 30_000 }, () => {
    const fleet = createFleet('demo', { start: START });
    for (const minute of [8, 16, 24, 30, 34]) {
      fleet.next(START + (minute - 1) * MINUTE);
      const rate = fleet.next(START + minute * MINUTE).length / 60;
      expect(rate).toBeGreaterThan(150);
      expect(rate).toBeLessThan(600);
    }
  });
});

describe('noise', () => {
  const fleetRecords = (
    seed: string,
  ): { sent: ReturnType<ReturnType<typeof createNoise>['take']>; events: SimEvent[] } => {
    const fleet = createFleet(seed, { start: START, rooms: 4 });
    const noise = createNoise(seed, LIVE_NOISE);
    const events = fleet.next(START + 12 * MINUTE);
    noise.put(events);
    return { sent: noise.take(START + 20 * MINUTE), events };
  };

  test('adds copies, disorder, late and broken records, loses nothing, and is the same again', {
    timeout: 20_000,
  }, () => {
    const { sent, events } = fleetRecords('n');
    const texts = sent.map((r) => (r.value === null ? '' : new TextDecoder().decode(r.value)));
    const seen = new Map<string, number>();
    for (const text of texts) seen.set(text, (seen.get(text) ?? 0) + 1);
    const originals = events.map((e) => JSON.stringify(e));
    expect(originals.filter((text) => !seen.has(text))).toEqual([]);
    const copies = originals.filter((text) => (seen.get(text) ?? 0) > 1).length / originals.length;
    expect(copies).toBeGreaterThan(0.005);
    expect(copies).toBeLessThan(0.02);
    expect(texts.some((text) => text.includes('was offline'))).toBe(true);
    expect(sent.every((r, i) => i === 0 || r.at >= (sent[i - 1]?.at ?? 0))).toBe(true);
    expect(JSON.stringify(fleetRecords('n').sent.map((r) => [r.at, r.value?.length]))).toBe(
      JSON.stringify(sent.map((r) => [r.at, r.value?.length])),
    );
  });

  test('every broken kind has a name of its own', () => {
    expect(new Set(MALFORMED.map((m) => m.name)).size).toBe(MALFORMED.length);
  });
});

test('repeated lines of an order are one SKU order', () => {
  const truth = createTruthCounter();
  const line = { product_id: 'a', quantity: 1, amount_minor: 5 };
  const items = [line, { ...line, quantity: 2 }, { ...line, product_id: 'b', quantity: 2 }];
  truth.note({ v: 1, id: '1', type: 'order.paid', room_id: 'r', ts: START, order_id: 'o', user_id: 'u', items });
  expect(truth.read()).toMatchObject({ paid_orders: 2, items_sold: 5, gmv: 15, buyers: 1 });
});
