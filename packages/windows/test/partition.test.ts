import type { MinuteRow } from '@liveboard/contracts';
import { describe, expect, it } from 'vitest';
import { createPartition, type LogRecord } from '../src/index.ts';
import { type Loose, log, M, OPTIONS, run, started, T, tick } from './log.ts';

const finals = (records: readonly LogRecord[]): readonly MinuteRow[] =>
  run(records).rows.filter(({ state }) => state === 'final');

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

  it('gives an empty minute of a live room a row of zeros, ten of them, then ends the room', () => {
    const { rows, end } = run(log([started(T), tick(T + 30 * M)]));
    expect(rows.map(({ minute }) => (minute - T) / M)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(end.rooms[0]?.live.room).toMatchObject({ status: 'ended', ended_at: T + 11 * M, reason: 'silent' });
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

  it('tells the running minute of a room whose end lies ahead of stream time, and of one that has ended', () => {
    const partition = createPartition(OPTIONS);
    const ended: Loose = { type: 'room.ended', ts: T + 55_000, id: 'b' };
    const after: Loose = { type: 'share.sent', ts: T + M + 1_000, user_id: 'u', id: 'c' };
    const sent: [number, Loose][] = [
      [0, { ...started(T), id: 'a' }],
      [40_000, ended],
      [40_000, after],
      [50_000, tick(T + 50_000)],
      [58_000, tick(T + 58_000)],
      [M, tick(T + M)],
    ];
    const told = sent.map(([at, event], offset) => {
      const [record] = log([event], T + at);
      partition.apply({ ...(record as LogRecord), offset });
      return partition.drain().rooms[0]?.live.now;
    });
    expect(told.map((now) => now?.unpaid_orders?.n)).toEqual([1, 41, 41, 51, 55, undefined]);
    expect(told[5]).toMatchObject({ minute: T + M, counts: { shares: 1 } });
  });
});

it('tells one row of a minute that one record closes and makes final', () => {
  const partition = createPartition(OPTIONS);
  for (const record of log([started(T), tick(T + 5 * M)])) partition.apply(record);
  const told = partition.drain().records.flatMap((each) => (each.kind === 'minute' ? [each.row] : []));
  const versions = told.map(({ minute, rev }) => `${minute} ${rev}`);
  expect(told.find(({ minute }) => minute === T)).toMatchObject({ state: 'final', rev: 1 });
  expect(new Set(versions).size).toBe(versions.length);
});
