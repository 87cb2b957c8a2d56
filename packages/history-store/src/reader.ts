import { COUNT_IDS, PRODUCT_COUNTS } from '@liveboard/contracts';
import type { Query } from './client.ts';
import {
  type MinuteTableRow,
  type ProductMinuteRow,
  type Read,
  readMinute,
  type StoredMinute,
} from './rows/minutes.ts';
import { fromDateTime, toDateTime } from './time.ts';

const GAUGE_COLUMNS = ['online', 'unpaid'].flatMap((name) =>
  ['sum', 'n', 'last', 'max'].map((part) => `${name}_${part}`),
);
const MINUTE_COLUMNS = [
  'room_id',
  'minute',
  'ver',
  'account_id',
  'state',
  'rules',
  'in_life',
  ...COUNT_IDS,
  ...GAUGE_COLUMNS,
  'sources',
  'compare',
].join(', ');
const PRODUCT_COLUMNS = ['room_id', 'product_id', 'minute', 'ver', ...PRODUCT_COUNTS].join(', ');

/** An instant as a query's parameter. */
const AT = (name: string): string => `toDateTime64({${name}: String}, 3, 'UTC')`;

/** Up to, not at, `to`; ms. At most the `limit` newest. */
export interface MinuteRange {
  readonly from: number;
  readonly to: number;
  readonly limit: number;
  /** A minute that is wanted whatever the range. */
  readonly also?: number | undefined;
}

/** Reads what history wrote. All reject where ClickHouse does not answer. */
export interface HistoryReader {
  /** A room's minutes, oldest first, products within them. */
  minutes(roomId: string, range: MinuteRange): Promise<readonly StoredMinute[]>;
  /** The events that stand here of a partition's log from `start` on; undefined for none. Looks through the whole table. */
  known(generation: number, partition: number, start: number): Promise<KnownEvents | undefined>;
  /** Offset of the newest event of each partition, of those that the log may still hold. Gives up when `signal` says so. */
  newest(generation: number, signal?: AbortSignal): Promise<ReadonlyMap<number, number>>;
  /** The account of each of these rooms that had one, as its newest version says. */
  accounts(roomIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

export interface KnownEvents {
  readonly first: { readonly offset: number; readonly append: number };
  /** Offset of the last one. */
  readonly last: number;
}

/** Parameters stand in a query's address, which is limited. */
const ROOMS_A_QUERY = 100;
/** Longer than the log is kept. */
const LOG_DAYS = 8;
/** The last instant that `DateTime64(3)` holds, ms. */
const MAX_TIME = Date.UTC(2299, 11, 31);

export const createHistoryReader = ({ query }: { readonly query: Query }): HistoryReader => ({
  minutes: async (roomId, { from, to, limit, also }) => {
    const params = {
      room: roomId,
      from: toDateTime(Math.min(from, MAX_TIME)),
      to: toDateTime(Math.min(to, MAX_TIME)),
      ...(also === undefined ? {} : { also: toDateTime(also) }),
      limit,
    };
    const orAlso = also === undefined ? '' : `OR minute = ${AT('also')}`;
    const rows = await query<Read<MinuteTableRow>>(
      `SELECT ${MINUTE_COLUMNS} FROM minutes FINAL
       WHERE room_id = {room: String} AND ((minute >= ${AT('from')} AND minute < ${AT('to')}) ${orAlso})
       ORDER BY minute DESC LIMIT {limit: UInt32}`,
      params,
    );
    if (rows.length === 0) return [];
    rows.reverse();
    // Not those between the range and the minute that stands apart from it.
    const inside = rows.map((row) => row.minute).filter((minute) => minute >= params.from && minute < params.to);
    const first = inside[0] ?? params.from;
    const last = inside.at(-1) ?? params.from;
    const products = await query<Read<ProductMinuteRow>>(
      `SELECT ${PRODUCT_COLUMNS} FROM product_minutes FINAL
       WHERE room_id = {room: String} AND ((minute >= ${AT('first')} AND minute <= ${AT('last')}) ${orAlso})
       ORDER BY minute, product_id`,
      { ...params, first, last },
    );
    const byMinute = new Map<string, Read<ProductMinuteRow>[]>();
    for (const product of products) {
      const held = byMinute.get(product.minute);
      if (held === undefined) byMinute.set(product.minute, [product]);
      else held.push(product);
    }
    return rows.map((row) => readMinute(row, byMinute.get(row.minute) ?? []));
  },
  known: async (generation, partition, start) => {
    const [row] = await query<{ n: string; first: string; append: string; last: string }>(
      `SELECT count() AS n, min(offset) AS first, argMin(appended, offset) AS append, max(offset) AS last
       FROM events WHERE generation = {generation: UInt16} AND partition = {partition: UInt16} AND offset >= {start: UInt64}`,
      { generation, partition, start },
    );
    if (row === undefined || Number(row.n) === 0) return undefined;
    return { first: { offset: Number(row.first), append: fromDateTime(row.append) }, last: Number(row.last) };
  },
  newest: async (generation, signal) => {
    const rows = await query<{ n: number; last: string }>(
      `SELECT partition AS n, max(offset) AS last FROM events
       WHERE generation = {generation: UInt16} AND appended >= now() - INTERVAL {days: UInt8} DAY GROUP BY n`,
      { generation, days: LOG_DAYS },
      signal,
    );
    return new Map(rows.map(({ n, last }) => [n, Number(last)]));
  },
  accounts: async (roomIds) => {
    const found = new Map<string, string>();
    for (let from = 0; from < roomIds.length; from += ROOMS_A_QUERY) {
      const rows = await query<{ room_id: string; account: string }>(
        `SELECT room_id, argMax(account_id, ver) AS account FROM rooms
         WHERE room_id IN {rooms: Array(String)} AND account_id != '' GROUP BY room_id`,
        { rooms: roomIds.slice(from, from + ROOMS_A_QUERY) },
      );
      for (const { room_id, account } of rows) found.set(room_id, account);
    }
    return found;
  },
});
