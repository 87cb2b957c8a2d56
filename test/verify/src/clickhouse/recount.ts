import { COUNT_IDS, PRODUCT_COUNTS } from '@liveboard/contracts';
import { fromDateTime, type HistoryClient } from '@liveboard/history-store';
import type { OracleRoom } from '@liveboard/oracle';
import type { Differ } from '../diff.ts';
import recountSql from '../sql/recount.sql';
import type { TableRow } from './columns.ts';

interface Recounted {
  readonly room_id: string;
  readonly minute: string;
  readonly product_id: string;
  readonly name: string;
  readonly value: string | number;
}

export interface RecountedRooms {
  readonly generation: number;
  readonly partition: number;
  readonly rooms: ReadonlyMap<string, OracleRoom>;
}

/** `minutes` and `product_minutes` rows of some rooms, by room, minute and product. */
const stored = async (
  { query }: Pick<HistoryClient, 'query'>,
  rooms: readonly string[],
): Promise<Map<string, TableRow>> => {
  const held = new Map<string, TableRow>();
  for (const [from, product] of [
    ['minutes', "''"],
    ['product_minutes', 'product_id'],
  ] as const)
    for (const row of await query<TableRow>(
      `SELECT *, toUnixTimestamp64Milli(minute) AS at, ${product} AS product FROM ${from} FINAL WHERE room_id IN {rooms: Array(String)}`,
      { rooms },
    ))
      held.set(`${row.room_id} ${row.at} ${row.product}`, row);
  return held;
};

/**
 * A third way to the same numbers: ClickHouse counts each minute of some rooms from its raw `events`, and finds what
 * stands in `minutes` and `product_minutes`. A room whose memory was dropped has forgotten which orders it knew.
 */
export const checkRecount = async (
  differ: Differ,
  client: Pick<HistoryClient, 'query'>,
  { generation, partition, rooms }: RecountedRooms,
): Promise<void> => {
  const names = [...rooms].filter(([, { dropped }]) => !dropped).map(([room]) => room);
  if (names.length === 0) return;
  const running = new Set(
    names.flatMap((room) =>
      (rooms.get(room)?.minutes ?? [])
        .filter(({ state }) => state === 'provisional')
        .map(({ minute }) => `${room} ${minute}`),
    ),
  );
  const counted = new Map<string, Record<string, number>>();
  for (const { room_id, minute, product_id, name, value } of await client.query<Recounted>(recountSql, {
    generation,
    partition,
    rooms: names,
  })) {
    const place = `${room_id} ${fromDateTime(`${minute}`)}`;
    if (running.has(place)) continue;
    const key = `${place} ${product_id}`;
    const numbers = counted.get(key) ?? {};
    counted.set(key, numbers);
    // Sums stop where doubles stop being exact.
    numbers[name] = Math.min(Number(value), Number.MAX_SAFE_INTEGER);
  }
  const held = await stored(client, names);
  for (const [key, row] of held) {
    const columns = row.product === '' ? COUNT_IDS : PRODUCT_COUNTS;
    const numbers = counted.get(key) ?? {};
    differ.compare(
      `sql ${key}`,
      Object.fromEntries(columns.map((name) => [name, numbers[name] ?? 0])),
      Object.fromEntries(columns.map((name) => [name, Number(row[name])])),
    );
  }
  for (const key of counted.keys()) if (!held.has(key)) differ.compare(`sql ${key}`, 'counted', undefined);
};
