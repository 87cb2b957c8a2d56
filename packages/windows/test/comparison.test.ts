import type { MinuteRow } from '@liveboard/contracts';
import { describe, expect, it } from 'vitest';
import { type Loose, log, M, run, started, T, tick } from './log.ts';

const clicks = (minute: number, n: number): Loose[] =>
  Array.from({ length: n }, (_, k) => ({
    type: 'product.clicked',
    ts: T + minute * M + 1_000 + k,
    user_id: `u${k}`,
    product_id: 'p',
  }));
const paid = (minute: number, n: number, amount: number, quantity = 1): Loose[] =>
  Array.from({ length: n }, (_, k) => ({
    type: 'order.paid',
    ts: T + minute * M + 2_000 + k,
    order_id: `o${minute}.${k}`,
    user_id: 'u',
    items: [{ product_id: 'p', quantity, amount_minor: amount }],
  }));
const each = (from: number, to: number, of: (minute: number) => Loose[]): Loose[] =>
  Array.from({ length: to - from }, (_, i) => of(from + i)).flat();
const rowsOf = (events: readonly Loose[], until: number): MinuteRow[] => [
  ...run(log([...events, tick(T + until * M)])).rows,
];

describe('the comparison of a minute', () => {
  it('is made only of minutes that lie wholly in life', () => {
    const rows = rowsOf([started(T + 300), ...each(0, 4, (minute) => clicks(minute, minute === 0 ? 100 : 2))], 4);
    // The first minute lacks 0.3 s: neither compared nor a base.
    expect(rows.map(({ compare }) => compare?.base_minutes)).toEqual([undefined, 0, 1, 2]);
    expect(rows[2]?.compare?.metrics.product_clicks).toMatchObject({ value: 2, base: 2 });
  });

  it('has no base after the end, and none from before it', () => {
    const ended: Loose = { type: 'room.ended', ts: T + 3 * M + 30_000 };
    const again = started(T + 5 * M);
    const rows = rowsOf([started(T), ...each(0, 3, (minute) => clicks(minute, 4)), ended, again], 7);
    expect(rows.map(({ minute, compare }) => [(minute - T) / M, compare?.base_minutes])).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
      [3, undefined],
      [5, 3],
      [6, 3],
    ]);
  });

  it('takes the mean of sums that have stopped growing for what it is', () => {
    const most = Number.MAX_SAFE_INTEGER;
    const huge = (minute: number): Loose => ({
      type: 'order.paid',
      ts: T + minute * M,
      order_id: `h${minute}`,
      user_id: 'u',
      items: Array.from({ length: 9_100 }, (_, k) => ({
        product_id: 'p',
        line_id: `${k}`,
        quantity: 1,
        amount_minor: 1e12,
      })),
    });
    // One event holds at most 64 KiB, so that it takes several.
    const spread = (minute: number): Loose[] => {
      const { items, ...event } = huge(minute) as Loose & { items: unknown[] };
      return Array.from({ length: 14 }, (_, k) => ({ ...event, items: items.slice(k * 650, (k + 1) * 650) }));
    };
    const rows = rowsOf([started(T), ...each(0, 3, spread)], 3);
    expect(rows[2]?.compare?.metrics.gmv).toMatchObject({ value: most, base: most, delta: 0 });
  });
});

describe('the state', () => {
  it('is left only after two closed minutes outside it, but a worse one is entered at once', () => {
    // Orders a minute; the base of the last ones: 4, 7.2, 7.8, 8.6.
    const orders = [...Array.from({ length: 12 }, () => 4), 20, 7, 8, 0, 7];
    const rows = rowsOf([started(T), ...orders.flatMap((n, minute) => paid(minute, n, 10))], orders.length);
    expect(rows.map(({ compare }) => compare?.state)).toEqual([
      ...Array.from({ length: 9 }, () => 'warming_up'),
      'steady',
      'steady',
      'steady',
      'peak',
      'peak',
      'steady',
      'trouble',
      'trouble',
    ]);
  });
});

describe('the headline', () => {
  const listed = (minute: number, stock: number, second = 0): Loose => ({
    type: 'product.listed',
    ts: T + minute * M + second * 1_000,
    product_id: 'p',
    title: 'Mug',
    price_minor: 5,
    stock,
  });
  const calm = [started(T), ...each(0, 12, (minute) => paid(minute, 4, 10))];
  const headlines = (events: readonly Loose[]) => rowsOf(events, 15).map(({ compare }) => compare?.headline);

  it('counts stock from the minute of the listing to the end of its own minute, whatever is read in between', () => {
    const sale = paid(12, 20, 10);
    const usual = headlines([...calm, listed(11, 30), ...sale, ...paid(13, 3, 10)]);
    // 30 listed in minute 11, sold 4 there and 20 in minute 12.
    expect(usual[12]).toEqual({
      metric: 'gmv',
      context: 'low_stock',
      params: { product_id: 'p', title: 'Mug', left: 6 },
    });
    // The last of the minute's orders comes after those of the next minute.
    const late = headlines([
      ...calm,
      listed(11, 30),
      ...sale.slice(1),
      ...paid(13, 3, 10),
      listed(13, 500, 30),
      ...sale.slice(0, 1),
    ]);
    expect(late[12]).toEqual(usual[12]);
  });

  it('knows what is pinned however many pins there were', () => {
    const pin = (minute: number, what: string, product_id: string, n = 0): Loose => ({
      type: `product.${what}`,
      ts: T + minute * M + n,
      product_id,
    });
    const others = Array.from({ length: 40 }, (_, n) => pin(11, 'unpinned', 'q', n));
    const events = log([...calm, pin(10, 'pinned', 'p'), ...others, tick(T + 15 * M)]);
    expect(run(events).end.rooms[0]?.live.pinned).toEqual({ product_id: 'p', since: T + 10 * M });
  });
});
