import type { HistoryClient } from '@liveboard/history-store';
import type { OracleRoom } from '@liveboard/oracle';
import type { Differ } from '../diff.ts';
import type { Written } from '../written.ts';
import { awaitHistory } from './caught-up.ts';
import { checkEvents, checkRefusals, type Log } from './check-events.ts';
import { checkRooms } from './check-minutes.ts';
import { checkRecount } from './recount.ts';

/** Rooms of one query. */
const AT_ONCE = 16;
const ROOM_TABLES = ['minutes', 'minute_versions', 'product_minutes', 'rooms'] as const;

/** Waits for history, then compares everything that ClickHouse holds of one partition. `isHere`: whether a room is its. */
export const checkClickhouse = async (
  differ: Differ,
  client: Pick<HistoryClient, 'query'>,
  log: Log & { readonly rooms: ReadonlyMap<string, OracleRoom>; readonly isHere: (room: string) => boolean },
  written: Written,
): Promise<void> => {
  await awaitHistory(client, log, log.verdicts, written);
  await checkEvents(differ, client, log);
  await checkRefusals(differ, client, log, written);
  const { generation, partition } = log;
  const all = [...log.rooms];
  for (let i = 0; i < all.length; i += AT_ONCE) {
    const rooms = new Map(all.slice(i, i + AT_ONCE));
    await checkRooms(differ, client, { generation, rooms }, written);
    await checkRecount(differ, client, { generation, partition, rooms });
  }
  for (const table of ROOM_TABLES)
    for (const { room_id } of await client.query<{ room_id: string }>(`SELECT DISTINCT room_id FROM ${table}`))
      if (log.isHere(room_id) && !log.rooms.has(room_id)) differ.compare(`ch.${table} ${room_id}`, undefined, 'held');
};
