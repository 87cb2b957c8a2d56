import { type MinuteRecord, type MinuteRow, partitionOf } from '@liveboard/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPartition, type LogRecord, restorePartition } from '../src/index.ts';

const M = 60_000;
const T = Math.floor(Date.UTC(2026, 0, 1) / M) * M;
const options = { partition: partitionOf('r1', 1), partitions: 1, generation: 1 };
const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

type Loose = Record<string, unknown> & { type: string; ts: number };
const started = (ts: number): Loose => ({
  type: 'room.started',
  ts,
  account_id: 'a',
  handle: 'h',
  name: 'n',
  title: 't',
  currency: 'IDR',
  timezone: 'Asia/Jakarta',
});
const tick = (ts: number): Loose => ({ type: 'clock.tick', ts });
const log = (events: readonly Loose[], append = T + 24 * 60 * M): LogRecord[] =>
  events.map((event, offset) => ({
    offset,
    append,
    value: bytes(
      event.type === 'clock.tick' ? { v: 1, ...event } : { v: 1, id: `e${offset}`, room_id: 'r1', ...event },
    ),
  }));

const finals = (records: readonly LogRecord[], restartAt?: number, batch = 1): MinuteRow[] => {
  let partition = createPartition(options);
  const rows: MinuteRow[] = [];
  const take = (): void => {
    for (const each of partition.drain().records)
      if (each.kind === 'minute' && (each as MinuteRecord).row.state === 'final') rows.push((each as MinuteRecord).row);
  };
  records.forEach((record, i) => {
    partition.apply(record);
    if (i % batch === batch - 1) take();
    if (i !== restartAt) return;
    take();
    partition = restorePartition(options, Buffer.concat([...partition.encode()]));
  });
  take();
  return rows;
};

/** A row without what arrival order may shape: which record changed it last. */
const settled = (rows: readonly MinuteRow[]) => rows.map(({ rev, compare, ...row }) => row);

describe('a partition', () => {
  it('counts a merged line once, by quantity and amount, and closes and finalises its minute', () => {
    const items = [
      { product_id: 'A', quantity: 1, amount_minor: 100 },
      { product_id: 'A', quantity: 2, amount_minor: 200 },
      { product_id: 'B', quantity: 2, amount_minor: 50 },
    ];
    const rows = finals(
      log([
        started(T),
        { type: 'viewer.entered', ts: T + 1_000, user_id: 'u', source: 'search' },
        { type: 'order.created', ts: T + 10_000, order_id: 'o', user_id: 'u', items },
        { type: 'order.paid', ts: T + 20_000, order_id: 'o', user_id: 'u', items },
        { type: 'order.paid', ts: T + 25_000, order_id: 'o', user_id: 'v', items },
        tick(T + 3 * M),
      ]),
    );
    expect(rows[0]).toMatchObject({
      minute: T,
      in_life: true,
      rev: 5,
      counts: { created_orders: 2, paid_orders: 2, items_sold: 5, gmv: 350, buyers: 1 },
      // Two lines are open in each of the seconds 10..19.
      unpaid_orders: { sum: 20, n: 60, last: 0, max: 2 },
      online: { sum: 59, n: 59 },
      sources: [{ source: 'search', views: 1, paid_orders: 2, gmv: 350 }],
    });
  });

  it('tells counted, duplicate and late apart, and its ledger balances', () => {
    const partition = createPartition(options);
    const records = log([
      started(T),
      { type: 'share.sent', ts: T + 1, user_id: 'u', id: 'x' },
      { type: 'share.sent', ts: T + 2, user_id: 'u', id: 'x' },
      tick(T + 3 * M - 1),
      { type: 'share.sent', ts: T + 3, user_id: 'u', id: 'x' },
      tick(T + 3 * M),
      { type: 'share.sent', ts: T + 4, user_id: 'u', id: 'x' },
    ]);
    expect(records.map((record) => partition.apply(record).kind)).toEqual([
      'counted',
      'counted',
      'duplicate',
      'tick',
      'duplicate',
      'tick',
      'late',
    ]);
    expect(partition.ledger).toMatchObject({ in: 7, counted: 2, duplicate: 2, late: 1, ticks: 2 });
  });

  it('gives an empty minute of a live room a row of zeros, ten of them, then ends the room', () => {
    const partition = createPartition(options);
    const records = log([started(T), tick(T + 30 * M)]);
    for (const record of records) partition.apply(record);
    const drained = partition.drain();
    const rows = drained.records.flatMap((each) =>
      each.kind === 'minute' && each.row.state === 'final' ? [each.row] : [],
    );
    expect(rows.map(({ minute }) => (minute - T) / M)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(drained.rooms[0]?.live.room).toMatchObject({ status: 'ended', ended_at: T + 11 * M, reason: 'silent' });
  });

  it('compares a minute with the mean of the five before it', () => {
    const clicks = [4, 6, 4, 6, 5, 10];
    const events = clicks.flatMap((n, i) =>
      Array.from({ length: n }, (_, k) => ({
        type: 'product.clicked',
        ts: T + i * M + k * 100,
        user_id: `u${k}`,
        product_id: 'p',
      })),
    );
    const rows = finals(log([started(T), ...events, tick(T + 9 * M)]));
    const held = rows[5]?.compare;
    // base 5, delta (10 - 5) / 5, z = 5 / sqrt(5 * 6 / 5); younger than ten minutes: quiet.
    expect(held).toMatchObject({ base_minutes: 5, state: 'warming_up' });
    expect(held?.metrics.product_clicks).toMatchObject({ value: 10, base: 5, delta: 1, signal: 'quiet' });
    expect(held?.metrics.product_clicks?.z).toBeCloseTo(5 / Math.sqrt(6), 12);
  });

  const event = fc.record({
    at: fc.integer({ min: 0, max: 5 * 60 - 1 }),
    what: fc.constantFrom('enter', 'left', 'snap', 'click', 'created', 'paid', 'comment'),
    who: fc.integer({ min: 0, max: 4 }),
  });
  const toEvent = ({ at, what, who }: { at: number; what: string; who: number }, i: number): Loose => {
    const base = { ts: T + at * 1_000, user_id: `u${who}`, id: `p${i}` };
    const items = [{ product_id: `p${who}`, quantity: 1, amount_minor: 10 + who }];
    if (what === 'enter') return { ...base, type: 'viewer.entered', source: 'search' };
    if (what === 'left') return { ...base, type: 'viewer.left', watch_ms: 5 };
    if (what === 'snap') return { ...base, type: 'audience.snapshot', online: who * 7 };
    if (what === 'click') return { ...base, type: 'product.clicked', product_id: 'p' };
    if (what === 'comment') return { ...base, type: 'comment.posted', text: 'x' };
    return { ...base, type: `order.${what}`, order_id: `o${who}`, items };
  };

  it('is the same after a restart at any record and for any batch', () => {
    fc.assert(
      fc.property(
        fc.array(event, { minLength: 1, maxLength: 60 }),
        fc.nat(),
        fc.integer({ min: 1, max: 50 }),
        (all, cut, batch) => {
          const records = log([started(T), ...all.map(toEvent), tick(T + 20 * M)]);
          const whole = finals(records, undefined, batch);
          expect(finals(records, cut % records.length)).toEqual(whole);
        },
      ),
    );
  });

  it('gives the same rows for any order of arrival within the grace', () => {
    // Orders whose copies differ, and sources, are shaped by arrival on purpose; the rest is not.
    const free = event.filter(
      ({ what }) => what !== 'created' && what !== 'paid' && what !== 'enter' && what !== 'snap',
    );
    fc.assert(
      fc.property(fc.array(free, { minLength: 2, maxLength: 40 }), fc.infiniteStream(fc.nat()), (all, stream) => {
        const events = all.map((each, i) => ({ ...toEvent(each, i), ts: T + (each.at % 120) * 1_000 }));
        const shuffled = events
          .map((each) => [stream.next().value as number, each] as const)
          .sort((a, b) => a[0] - b[0])
          .map(([, each]) => each);
        const closing = tick(T + 20 * M);
        const inOrder = [...events].sort((a, b) => a.ts - b.ts);
        expect(settled(finals(log([started(T), ...shuffled, closing])))).toEqual(
          settled(finals(log([started(T), ...inOrder, closing]))),
        );
      }),
    );
  });
});
