import { PRODUCT_COUNTS } from '@liveboard/contracts';
import { fromDateTime, type HistoryClient } from '@liveboard/history-store';
import type { OracleRoom } from '@liveboard/oracle';
import type { Differ } from '../diff.ts';
import { unordered, type Written } from '../written.ts';
import { minuteColumns, readMinuteColumns, type TableRow, verOf } from './columns.ts';

export interface Rooms {
  readonly generation: number;
  readonly rooms: ReadonlyMap<string, OracleRoom>;
}

/** Rows of some rooms in some table, by a name that tells them apart. */
const table = async (
  { query }: Pick<HistoryClient, 'query'>,
  from: string,
  rooms: readonly string[],
  keyOf: (row: TableRow) => string,
  read: (row: TableRow) => TableRow,
): Promise<Map<string, TableRow>> => {
  const rows = await query<TableRow>(`SELECT * FROM ${from} FINAL WHERE room_id IN {rooms: Array(String)}`, { rooms });
  return new Map(rows.map(read).map((row) => [keyOf(row), row]));
};

/** Compares each expected row with the one of its key, and says rows that nobody expects. */
const compareAll = (
  differ: Differ,
  name: string,
  expected: ReadonlyMap<string, TableRow>,
  held: ReadonlyMap<string, TableRow>,
): void => {
  for (const [key, row] of expected) differ.compare(`${name} ${key}`, row, held.get(key));
  for (const key of held.keys()) if (!expected.has(key)) differ.compare(`${name} ${key}`, undefined, 'held');
};

const minuteKey = ({ room_id, minute }: TableRow): string => `${room_id} ${minute}`;
const versionKey = (row: TableRow): string => `${minuteKey(row)} ${row.ver}`;
const productKey = (row: TableRow): string => `${minuteKey(row)} ${row.product_id}`;

const readProduct = (row: TableRow): TableRow => ({
  ...row,
  minute: fromDateTime(String(row.minute)),
  ...Object.fromEntries(PRODUCT_COUNTS.map((name) => [name, Number(row[name])])),
});

const ROOM_NUMBERS = ['gmv', 'paid_orders', 'views', 'viewers', 'buyers', 'pcu', 'late'] as const;
const ROOM_TEXTS = ['account_id', 'shop_id', 'handle', 'name', 'title', 'currency', 'timezone', 'status'] as const;

const readRoom = (row: TableRow): TableRow => ({
  ...row,
  ...Object.fromEntries(ROOM_NUMBERS.map((name) => [name, Number(row[name])])),
  started_at: fromDateTime(String(row.started_at)),
  ended_at: fromDateTime(String(row.ended_at)),
  info: unordered(JSON.parse(String(row.info))),
  totals: JSON.parse(String(row.totals)),
});

/** The columns of `rooms` that a room must have: what the recount knows of it, `late` and the place as ingest said them last. */
const roomColumns = (room_id: string, room: OracleRoom, { rooms }: Written, generation: number): TableRow => {
  const said = rooms.get(room_id);
  // A room whose memory was dropped is only comparable by its rows.
  const info: Record<string, unknown> = { ...(room.dropped ? said?.info : room.info) };
  const totals: Record<string, unknown> = { ...(room.dropped ? said?.totals : room.totals) };
  return {
    room_id,
    ver: verOf(generation, said?.rev ?? 0),
    ...Object.fromEntries(ROOM_TEXTS.map((name) => [name, info[name] ?? ''])),
    ...Object.fromEntries(ROOM_NUMBERS.map((name) => [name, totals[name] ?? 0])),
    late: said?.late,
    started_at: info.started_at ?? 0,
    ended_at: info.ended_at ?? 0,
    info: unordered(info as { available: string[] }),
    totals,
  };
};

/** Compares `minutes`, `minute_versions`, `product_minutes` and `rooms` of some rooms. */
export const checkRooms = async (
  differ: Differ,
  client: Pick<HistoryClient, 'query'>,
  { generation, rooms }: Rooms,
  written: Written,
): Promise<void> => {
  const names = [...rooms.keys()];
  const [minutes, products, infos] = [new Map(), new Map(), new Map()] as Map<string, TableRow>[] as [
    Map<string, TableRow>,
    Map<string, TableRow>,
    Map<string, TableRow>,
  ];
  for (const [room_id, room] of rooms) {
    infos.set(room_id, roomColumns(room_id, room, written, generation));
    for (const row of room.minutes) {
      if (row.state === 'provisional') continue;
      const account_id = written.accounts.get(`${room_id} ${row.minute}`) ?? '';
      const columns = minuteColumns(row, { room_id, account_id, generation });
      minutes.set(minuteKey(columns), columns);
      for (const product of row.products) {
        const { minute, ver } = columns;
        const one = { room_id, minute, ver, ...product };
        products.set(productKey(one), one);
      }
    }
  }
  const versions = new Map<string, TableRow>();
  for (const record of written.records) {
    if (record.kind !== 'minute' || !rooms.has(record.room_id)) continue;
    const { room_id, account_id = '', row, at } = record;
    if (row.state === 'provisional') continue;
    const columns = { ...minuteColumns(row, { room_id, account_id, generation: record.generation }), known_at: at };
    versions.set(versionKey(columns), columns);
  }
  compareAll(differ, 'ch.minutes', minutes, await table(client, 'minutes', names, minuteKey, readMinuteColumns));
  compareAll(
    differ,
    'ch.minute_versions',
    versions,
    await table(client, 'minute_versions', names, versionKey, readMinuteColumns),
  );
  compareAll(
    differ,
    'ch.product_minutes',
    products,
    await table(client, 'product_minutes', names, productKey, readProduct),
  );
  compareAll(
    differ,
    'ch.rooms',
    infos,
    await table(client, 'rooms', names, ({ room_id }) => String(room_id), readRoom),
  );
};
