import {
  COUNT_IDS,
  type Counts,
  type Gauge,
  type MinuteRecord,
  PRODUCT_COUNTS,
  type ProductRow,
  type RoomRecord,
  type Totals,
} from '@liveboard/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeRows } from '../src/encode.ts';
import { eventRow, quarantineRow, readVersion, rowsOf, toDateTime, versionOf } from '../src/index.ts';
import { readMinute } from '../src/rows/minutes.ts';
import { fromDateTime } from '../src/time.ts';

const MAX_GENERATION = 32_767;
const count = fc.maxSafeNat();
const counts = <Key extends string>(keys: readonly Key[]): fc.Arbitrary<Record<Key, number>> =>
  fc.record(Object.fromEntries(keys.map((key) => [key, count])) as Record<Key, fc.Arbitrary<number>>) as fc.Arbitrary<
    Record<Key, number>
  >;
const gauge: fc.Arbitrary<Gauge> = fc.record({
  sum: count,
  n: fc.integer({ min: 1, max: 60 }),
  last: count,
  max: count,
});
const minute = fc
  .integer({ min: Date.UTC(2020, 0, 1) / 60_000, max: Date.UTC(2100, 0, 1) / 60_000 })
  .map((n) => n * 60_000);
const id = fc.string({ minLength: 1, maxLength: 64, unit: 'grapheme' });
const product: fc.Arbitrary<ProductRow> = fc
  .tuple(id, counts(PRODUCT_COUNTS))
  .map(([product_id, numbers]) => ({ product_id, ...numbers }));

const record: fc.Arbitrary<MinuteRecord> = fc
  .record({
    generation: fc.integer({ min: 0, max: MAX_GENERATION }),
    rev: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
    minute,
    state: fc.constantFrom('closed' as const, 'final' as const),
    in_life: fc.boolean(),
    counts: counts(COUNT_IDS),
    online: fc.option(gauge, { nil: undefined }),
    unpaid: fc.option(gauge, { nil: undefined }),
    account: fc.option(id, { nil: undefined }),
    products: fc.uniqueArray(product, { selector: ({ product_id }) => product_id, maxLength: 4 }),
    delta: fc.option(
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0)),
      { nil: undefined },
    ),
  })
  .map(({ generation, rev, minute, state, in_life, counts, online, unpaid, account, products, delta }) => ({
    v: 1,
    kind: 'minute',
    generation,
    at: minute + 60_500,
    room_id: 'r',
    ...(account === undefined ? {} : { account_id: account }),
    row: {
      minute,
      state,
      in_life,
      rev,
      rules: 'w1',
      counts: counts as Counts,
      ...(online === undefined ? {} : { online }),
      ...(unpaid === undefined ? {} : { unpaid_orders: unpaid }),
      products,
      sources: [{ source: 'search', views: 1, product_clicks: 0, paid_orders: 0, gmv: 2 ** 53 - 1 }],
      ...(delta === undefined
        ? {}
        : {
            compare: {
              comparator: 'prev5.v1' as const,
              minute,
              base_minutes: 5,
              metrics: { views: { value: 1, base: 2, delta } },
              state: 'steady' as const,
              pulse: 0.25,
            },
          }),
    },
  }));

/** As a server gives rows back: 64-bit numbers as text. */
const served = <Row extends object>(row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).map(([key, value]) => [key, typeof value === 'number' ? `${value}` : value]),
  ) as Row;

describe('a minute’s row', () => {
  it('comes back as it was, whatever it holds', () => {
    fc.assert(
      fc.property(record, (record) => {
        const { minutes = [], product_minutes = [] } = rowsOf([record]);
        const [row] = minutes;
        expect(row).toBeDefined();
        if (row === undefined) return;
        expect(readMinute(served(row), product_minutes.map(served))).toEqual({
          generation: record.generation,
          row: record.row,
        });
      }),
    );
  });

  it('has the columns of its table, in text that survives JSON', () => {
    fc.assert(
      fc.property(record, (record) => {
        const { minutes = [], minute_versions = [] } = rowsOf([record]);
        const [{ bytes } = { bytes: Buffer.from('{}') }] = encodeRows(minutes);
        expect(JSON.parse(bytes.toString())).toEqual(minutes[0]);
        expect(minute_versions[0]).toEqual({ ...minutes[0], known_at: toDateTime(record.at) });
      }),
    );
  });

  it('has a gauge with n = 0 where the metric is not available, and no comparison', () => {
    const [sample] = fc.sample(record, 1) as [MinuteRecord];
    const { online: _, unpaid_orders: __, compare: ___, ...bare } = sample.row;
    const { minutes: [row] = [] } = rowsOf([{ ...sample, row: bare }]);
    expect(row).toMatchObject({ online_n: 0, online_sum: 0, unpaid_n: 0, unpaid_max: 0, compare: '' });
  });

  it('is no version to remember before it is closed', () => {
    const [sample] = fc.sample(record, 1) as [MinuteRecord];
    const rows = rowsOf([{ ...sample, row: { ...sample.row, state: 'provisional' } }]);
    expect([rows.minutes?.length, rows.minute_versions?.length]).toEqual([1, 0]);
  });

  it('takes no product of another life of the log', () => {
    const { minutes: [row] = [], product_minutes: [product] = [] } = rowsOf([
      (
        fc.sample(
          record.filter(({ row, generation }) => row.products.length > 0 && generation > 0),
          1,
        ) as [MinuteRecord]
      )[0],
    ]);
    if (row === undefined || product === undefined) throw new Error('no rows');
    const older = versionOf(readVersion(product.ver).generation - 1, 5);
    expect(readMinute(row, [{ ...product, ver: older }]).row.products).toEqual([]);
  });
});

describe('a version', () => {
  it('orders by generation, then by offset, exactly, and is read back', () => {
    const place = fc.tuple(fc.integer({ min: 0, max: MAX_GENERATION }), fc.integer({ min: 0, max: 2 ** 48 - 1 }));
    fc.assert(
      fc.property(place, place, ([g1, o1], [g2, o2]) => {
        const [a, b] = [BigInt(versionOf(g1, o1)), BigInt(versionOf(g2, o2))];
        expect(a < b).toBe(g1 < g2 || (g1 === g2 && o1 < o2));
        expect(readVersion(a.toString())).toEqual({ generation: g1, offset: o1 });
      }),
    );
    expect(versionOf(3, 7)).toBe(String(3n * 2n ** 48n + 7n));
    expect(BigInt(versionOf(MAX_GENERATION, 2 ** 48 - 1))).toBeLessThan(2n ** 63n);
  });
});

describe('a time', () => {
  it('is text with milliseconds, and comes back', () => {
    expect(toDateTime(Date.UTC(2026, 10, 23, 20, 46))).toBe('2026-11-23 20:46:00.000');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(2299, 0, 1) }), (ms) => {
        expect(fromDateTime(toDateTime(ms))).toBe(ms);
      }),
    );
  });
});

describe('an event’s row', () => {
  const place = { partition: 3, offset: 9, append: 1_700_000_000_123 };

  it('has ids in columns of their own, and the bytes as they came', () => {
    const event = {
      v: 1,
      id: 'e',
      type: 'order.paid',
      room_id: 'r',
      ts: 1_700_000_000_000,
      user_id: 'u"\u2028',
      order_id: 'o',
      items: [{ product_id: 'b' }, { product_id: 'a' }, { product_id: 'b' }],
    };
    const raw = JSON.stringify(event).replace('{', '{ "extra" : "\\ud83d\\ude00 é", ');
    expect(eventRow('duplicate', event, { ...place, value: Buffer.from(raw) }, 2)).toEqual({
      room_id: 'r',
      ts: '2023-11-14 22:13:20.000',
      generation: 2,
      partition: 3,
      offset: 9,
      verdict: 'duplicate',
      event_id: 'e',
      appended: '2023-11-14 22:13:20.123',
      type: 'order.paid',
      user_id: 'u"\u2028',
      order_id: 'o',
      product_ids: ['b', 'a'],
      raw,
    });
  });

  it('has no half of a surrogate pair in any column, which ClickHouse refuses with all rows beside it', () => {
    const half = 'a\ud800';
    const event = { id: 'e', type: `x.${half}`, room_id: 'r', ts: 0, user_id: half, order_id: half, product_id: half };
    const value = Buffer.from(JSON.stringify(event));
    const row = eventRow('ignored', { ...event, items: [{ product_id: `b${half}` }] }, { ...place, value }, 1);
    expect(row).toMatchObject({ user_id: 'a\ufffd', product_ids: ['a\ufffd', 'ba\ufffd'] });
    expect(JSON.stringify({ ...row, raw: '' })).not.toContain('\\ud800');
    expect(row.raw).toContain('\\ud800');
  });

  it('leaves out of the columns what an extension holds that is not text', () => {
    const event = {
      id: 'e',
      type: 'x.any',
      room_id: 'r',
      ts: 0,
      user_id: 7,
      order_id: null,
      items: [null, 5, { product_id: 1 }],
    };
    expect(eventRow('ignored', event, { ...place, value: Buffer.from('{}') }, 1)).toMatchObject({
      user_id: '',
      order_id: '',
      product_ids: [],
      verdict: 'ignored',
    });
  });
});

describe('a room’s row', () => {
  const totals = { ...Object.fromEntries(COUNT_IDS.map((key) => [key, 5])), acu_sum: 0, acu_n: 0 } as unknown as Totals;
  const room: RoomRecord = {
    v: 1,
    kind: 'room',
    generation: 1,
    rev: 4,
    at: 5,
    late: 6,
    totals,
    info: { room_id: 'r', totals_from: 1, status: 'live', available: ['gmv'] },
  };

  it('has zero times and empty texts where nothing is known, and everything as JSON', () => {
    const { rooms: [row] = [] } = rowsOf([room]);
    expect(row).toMatchObject({
      account_id: '',
      currency: '',
      started_at: '1970-01-01 00:00:00.000',
      ended_at: '1970-01-01 00:00:00.000',
      pcu: 0,
      gmv: 5,
      late: 6,
      ver: versionOf(1, 4),
    });
    expect(JSON.parse(row?.info ?? '')).toEqual(room.info);
    expect(JSON.parse(row?.totals ?? '')).toEqual(totals);
  });
});

describe('a refusal’s row', () => {
  it('holds the very bytes, also those that are no text', () => {
    const bytes = Buffer.from([...Array(256).keys()]);
    const row = quarantineRow({
      generation: 1,
      partition: 2,
      offset: 3,
      reason: 'bad_utf8',
      append: 0,
      detail: 'ümlaut',
      size: 256,
      bytes_b64: bytes.toString('base64'),
    });
    const [{ bytes: line } = { bytes: Buffer.alloc(0) }] = encodeRows([row]);
    expect(line.at(-1)).toBe(10);
    expect(line.subarray(0, -1).includes(10)).toBe(false);
    const text = line.toString('latin1');
    const written = JSON.parse(text.slice(text.indexOf('"bytes":') + 8, -2)) as string;
    expect(Buffer.from(written, 'latin1').equals(bytes)).toBe(true);
    expect(line.toString()).toContain('"detail":"ümlaut"');
  });
});
