import type { HistoryClient } from '@liveboard/history-store';
import type { OracleVerdict } from '@liveboard/oracle';
import { until } from '../wait.ts';
import type { Written } from '../written.ts';
import { verOf } from './columns.ts';

/** Long enough for an outage's lag; what does not move for so long is said to be missing. */
const DEADLINE_MS = 900_000;
/** Verdicts whose records stand in `events`. */
export const KEPT: ReadonlySet<string> = new Set(['counted', 'duplicate', 'late', 'ignored']);

interface Ask {
  readonly what: string;
  readonly sql: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/**
 * Waits until history has written a partition's log. Its commits say nothing of that, they are minutes old by rule; as it
 * writes each table in the order of the log, the last row of each does.
 */
export const awaitHistory = async (
  { query }: Pick<HistoryClient, 'query'>,
  { generation, partition }: { readonly generation: number; readonly partition: number },
  verdicts: readonly OracleVerdict[],
  { records }: Pick<Written, 'records'>,
): Promise<void> => {
  const asks: Ask[] = [];
  const lastOf = (test: (verdict: string) => boolean): number =>
    verdicts.findLast(({ verdict }) => test(verdict))?.offset ?? -1;
  const byOffset = (what: string, last: number): void => {
    if (last >= 0)
      asks.push({
        what,
        sql: `SELECT 1 FROM ${what} WHERE generation = {generation: UInt16} AND \`partition\` = {partition: UInt16} AND \`offset\` = {last: UInt64} LIMIT 1`,
        params: { generation, partition, last },
      });
  };
  byOffset(
    'events',
    lastOf((verdict) => KEPT.has(verdict)),
  );
  byOffset(
    'quarantine',
    lastOf((verdict) => verdict === 'quarantined'),
  );
  const minute = records.findLast(({ kind }) => kind === 'minute');
  const sold = records.findLast((record) => record.kind === 'minute' && record.row.products.length > 0);
  const byMinute = (what: string, record: typeof minute): void => {
    if (record?.kind === 'minute')
      asks.push({
        what,
        sql: `SELECT 1 FROM ${what} WHERE room_id = {room: String} AND toUnixTimestamp64Milli(minute) = {minute: Int64} AND ver >= {ver: UInt64} LIMIT 1`,
        params: { room: record.room_id, minute: record.row.minute, ver: verOf(generation, record.row.rev) },
      });
  };
  byMinute('minutes', minute);
  byMinute('minute_versions', minute);
  byMinute('product_minutes', sold);
  const room = records.findLast(({ kind }) => kind === 'room');
  if (room?.kind === 'room')
    asks.push({
      what: 'rooms',
      sql: 'SELECT 1 FROM rooms WHERE room_id = {room: String} AND ver >= {ver: UInt64} LIMIT 1',
      params: { room: room.info.room_id, ver: verOf(generation, room.rev) },
    });
  for (const { what, sql, params } of asks)
    await until(
      `the log’s last row of partition ${partition} in ${what}`,
      async () => (await query(sql, params)).length > 0,
      DEADLINE_MS,
    );
};
