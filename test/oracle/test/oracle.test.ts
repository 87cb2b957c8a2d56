import { describe, expect, it } from 'vitest';
import { countPartition } from '../src/index.ts';
import { murmur2 } from '../src/murmur2.ts';
import { at, homeOf, logOf, type Sent } from './log.ts';

const ALONE = { partition: 0, partitions: 1, generation: 1 };

function count(sent: Sent[]) {
  const result = countPartition(logOf(sent), ALONE);
  const room = result.rooms.get('r');
  if (room === undefined) throw new Error('room r was not counted');
  const row = (minute: number) => room.minutes.find((one) => one.minute === at(minute));
  return { result, room, row };
}

const line = (product_id: string, quantity: number, amount_minor: number, more = {}) => ({
  product_id,
  quantity,
  amount_minor,
  ...more,
});

describe('murmur2', () => {
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['abc', 479470107],
  ])("hashes %s as Kafka's client does", (text, hash) => {
    expect(murmur2(Buffer.from(text))).toBe(hash);
  });
});

describe('admission', () => {
  it('gives every record one verdict, in the order of the text', () => {
    const home = homeOf('r', 8);
    const records = logOf([
      { type: 'room.started', ts: at(0) },
      { type: 'share.sent', ts: at(0, 1), user_id: 'u' },
      { type: 'share.sent', ts: at(0, 2), user_id: 'u', id: 'e1' },
      { type: 'clock.tick', ts: at(3) },
      { type: 'share.sent', ts: at(0, 3), user_id: 'u', append: at(3) },
      { type: 'share.sent', ts: at(3, 31), append: at(3), user_id: 'u' },
      { type: 'share.sent', ts: at(3, 30), append: at(3), user_id: 'u' },
      { type: 'x.new', ts: at(3) },
      { type: 'new', ts: at(3) },
      { type: 'share.sent', ts: at(3), v: 2 },
      { type: 'share.sent', ts: at(3) },
      { type: 'share.sent', ts: at(3), user_id: 'u', id: 'e1' },
    ]);
    const { verdicts, ledger, streamTime } = countPartition(records, { partition: home, partitions: 8, generation: 1 });
    expect(verdicts.map(({ verdict, reason }) => reason ?? verdict)).toEqual([
      'counted',
      'counted',
      'duplicate',
      'tick',
      'late',
      'future',
      'counted',
      'ignored',
      'unknown_type',
      'unknown_version',
      'bad_field',
      'counted',
    ]);
    expect(ledger).toEqual({
      in: 12,
      counted: 4,
      duplicate: 1,
      late: 1,
      quarantined: 4,
      forwarded: 0,
      ignored: 1,
      ticks: 1,
    });
    expect(streamTime).toBe(at(3));
    const elsewhere = countPartition(records, { partition: (home + 1) % 8, partitions: 8, generation: 1 });
    expect(elsewhere.ledger).toMatchObject({ counted: 0, duplicate: 0, late: 0, forwarded: 6, ticks: 1 });
  });

  it.each([
    ['empty', ''],
    ['bad_json', '\ufeff{}'],
    ['bad_envelope', '[]'],
    ['bad_envelope', '{"v":1,"type":"clock.tick","ts":1}'],
    ['too_large', ' '.repeat(65_537)],
  ])('refuses %s', (reason, text) => {
    const { verdicts } = countPartition([{ offset: 0, append: at(0), value: Buffer.from(text) }], ALONE);
    expect(verdicts[0]).toMatchObject({ verdict: 'quarantined', reason });
  });
});

describe('orders', () => {
  it('counts 3 x A + 2 x B in one order as 2 SKU orders and 5 items, and the first paid only', () => {
    const items = [line('A', 3, 3000), line('B', 2, 500)];
    const order = { order_id: 'o', user_id: 'u', items };
    const { row, room } = count([
      { type: 'room.started', ts: at(0) },
      { type: 'order.created', ts: at(0, 10), ...order },
      { type: 'order.paid', ts: at(0, 20), ...order },
      { type: 'order.paid', ts: at(0, 30), ...order, user_id: 'other' },
      { type: 'clock.tick', ts: at(1) },
    ]);
    expect(row(0)).toMatchObject({
      state: 'closed',
      counts: { created_orders: 2, paid_orders: 2, items_sold: 5, gmv: 3500, buyers: 1 },
      unpaid_orders: { sum: 20, n: 60, last: 0, max: 2 },
      sources: [{ source: 'unknown', views: 0, product_clicks: 0, paid_orders: 2, gmv: 3500 }],
    });
    expect(row(0)?.products.map(({ product_id, gmv }) => [product_id, gmv])).toEqual([
      ['A', 3000],
      ['B', 500],
    ]);
    expect(room.totals).toMatchObject({ unpaid_orders: 0, acu_n: 0, buyers: 1 });
  });

  it('merges the lines of one key and keeps pair keys apart from line ids', () => {
    const { row } = count([
      {
        type: 'order.paid',
        ts: at(0),
        order_id: 'o',
        user_id: 'u',
        items: [
          line('A', 1, 10),
          line('A', 2, 20),
          line('A', 1, 5, { line_id: 'A' }),
          line('B', 1, 7, { line_id: 'A' }),
        ],
      },
    ]);
    expect(row(0)?.counts).toMatchObject({ paid_orders: 2, items_sold: 5, gmv: 42 });
    expect(row(0)?.products.map(({ product_id }) => product_id)).toEqual(['A']);
  });
});

describe('life', () => {
  it('keeps an empty room for ten minutes and closes it there', () => {
    const { room } = count([
      { type: 'room.started', ts: at(0) },
      { type: 'clock.tick', ts: at(30) },
    ]);
    expect(room.minutes.map(({ minute, in_life }) => [minute, in_life])).toEqual(
      Array.from({ length: 11 }, (_, n) => [at(n), true]),
    );
    expect(room.info).toMatchObject({ status: 'ended', ended_at: at(11), reason: 'silent', started_at: at(0) });
  });

  it('puts a counted start in the place of an implicit span none of whose minutes is final', () => {
    const events: Sent[] = [
      { type: 'share.sent', ts: at(0, 30), user_id: 'u' },
      { type: 'share.sent', ts: at(1, 30), user_id: 'u' },
    ];
    const soon = count([...events, { type: 'room.started', ts: at(2), append: at(2) }]);
    expect(soon.room.minutes.map(({ in_life }) => in_life)).toEqual([false, false, true]);
    expect(soon.room.info.totals_from).toBe(at(2));
    const late = count([...events, { type: 'clock.tick', ts: at(3) }, { type: 'room.started', ts: at(2) }]);
    expect(late.room.info).toMatchObject({ totals_from: at(0, 30), started_at: at(2) });
    expect(late.row(1)?.in_life).toBe(true);
  });

  it('corrects the end by a late room.ended without touching a row', () => {
    const { room, row } = count([
      { type: 'room.started', ts: at(0) },
      { type: 'clock.tick', ts: at(20) },
      { type: 'room.ended', ts: at(5), append: at(20), reason: 'done' },
    ]);
    expect(room.info).toMatchObject({ ended_at: at(5), reason: 'done' });
    expect(row(9)?.in_life).toBe(true);
    expect(room.late).toBe(1);
  });
});

describe('online', () => {
  it('adds entries up second by second until the first snapshot', () => {
    const { row, room } = count([
      { type: 'room.started', ts: at(0) },
      { type: 'viewer.left', ts: at(0, 5), user_id: 'u', watch_ms: 1 },
      { type: 'viewer.entered', ts: at(0, 10), user_id: 'u', source: 'ads' },
      { type: 'viewer.left', ts: at(0, 20), user_id: 'u', watch_ms: 1 },
      { type: 'viewer.left', ts: at(0, 25), user_id: 'w', watch_ms: 1 },
      { type: 'viewer.entered', ts: at(0, 30), user_id: 'w', source: 'ads' },
      { type: 'audience.snapshot', ts: at(0, 50), online: 7 },
      { type: 'clock.tick', ts: at(1) },
    ]);
    expect(row(0)?.online).toEqual({ sum: 10 + 20 + 70, n: 50, last: 7, max: 7 });
    // The first second of the next minute has begun.
    expect(room.totals).toMatchObject({ pcu: 7, acu_sum: 100 + 7, acu_n: 50 + 1, online: 7 });
  });
});

describe('comparison', () => {
  it('sets a minute against the five before it', () => {
    const paid = (minute: number, amount: number, n: number): Sent[] =>
      Array.from({ length: n }, (_, k) => ({
        type: 'order.paid',
        ts: at(minute, 10),
        order_id: `o${minute}.${k}`,
        user_id: 'u',
        items: [line('A', 1, amount)],
      }));
    const { row } = count([
      { type: 'room.started', ts: at(0) },
      ...[0, 1, 2, 3, 4].flatMap((minute) => paid(minute, 25, 4)),
      ...paid(5, 20, 10),
      { type: 'clock.tick', ts: at(6) },
    ]);
    const compare = row(5)?.compare;
    expect(compare).toMatchObject({ base_minutes: 5, state: 'warming_up' });
    expect(compare?.metrics.gmv).toMatchObject({ value: 200, base: 100, delta: 1, signal: 'quiet' });
    expect(compare?.metrics.gmv?.z).toBeCloseTo((10 - 4) / Math.sqrt(4 * 1.2), 12);
    expect(compare?.metrics.aov).toMatchObject({ value: 20, base: 25, delta: -0.2 });
    expect(compare?.metrics.aov?.z).toBeCloseTo((-5 / 15) * Math.sqrt(10), 12);
    expect(compare?.metrics.ctr).toBeUndefined();
    expect(compare?.pulse).toBeCloseTo(1, 12);
    expect(row(0)?.compare?.metrics.gmv).toEqual({ value: 100 });
  });

  it('compares no minute that is not wholly in life', () => {
    const { row } = count([
      { type: 'room.started', ts: at(0) + 300 },
      { type: 'clock.tick', ts: at(3) },
    ]);
    expect(row(0)?.compare).toBeUndefined();
    expect(row(1)?.compare?.base_minutes).toBe(0);
    expect(row(2)?.compare?.base_minutes).toBe(1);
  });
});
