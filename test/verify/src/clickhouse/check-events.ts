import { createHash } from 'node:crypto';
import type { HistoryClient } from '@liveboard/history-store';
import type { ReadRecord } from '@liveboard/kafka';
import type { OracleVerdict } from '@liveboard/oracle';
import type { Differ } from '../diff.ts';
import type { Written } from '../written.ts';
import { KEPT } from './caught-up.ts';
import type { TableRow } from './columns.ts';

/** Offsets of one query: a part of the log is held, not all of it. */
const WINDOW = 50_000;
const QUARANTINED_BYTES = 65_536;

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex').toUpperCase();
const text = (value: unknown): string => (typeof value === 'string' ? value.toWellFormed() : '');

interface Body {
  readonly id: string;
  readonly type: string;
  readonly room_id: string;
  readonly ts: number;
  readonly user_id?: unknown;
  readonly order_id?: unknown;
  readonly product_id?: unknown;
  readonly items?: unknown;
}

const productIds = ({ product_id, items }: Body): string[] => {
  const of = Array.isArray(items) ? items.map((item: { product_id?: unknown } | null) => item?.product_id) : [];
  return [...new Set([product_id, ...of].filter((id) => typeof id === 'string').map(text))];
};

/** The columns of `events` that a record must have. */
const eventColumns = (verdict: string, { append, value }: ReadRecord): TableRow => {
  const bytes = value ?? Buffer.alloc(0);
  const body = JSON.parse(bytes.toString()) as Body;
  return {
    verdict,
    room_id: body.room_id,
    ts: body.ts,
    appended: append,
    event_id: body.id,
    type: body.type,
    user_id: text(body.user_id),
    order_id: text(body.order_id),
    product_ids: productIds(body),
    raw: md5(bytes),
  };
};

export interface Log {
  readonly generation: number;
  readonly partition: number;
  /** In the order of their offsets, with a verdict for each. */
  readonly records: readonly ReadRecord[];
  readonly verdicts: readonly OracleVerdict[];
}

/** Rows by their offset; two keys of one offset are two rows, copies of one key are one. */
const byOffset = (rows: readonly TableRow[]): ReadonlyMap<number, TableRow[]> => {
  const held = new Map<number, TableRow[]>();
  for (const { o, ...row } of rows) {
    const same = held.get(Number(o));
    if (same === undefined) held.set(Number(o), [row]);
    else same.push(row);
  }
  return held;
};

/** Each record that was not refused, forwarded or a tick stands in `events` under one key, and nothing else does. */
export const checkEvents = async (
  differ: Differ,
  { query }: Pick<HistoryClient, 'query'>,
  { generation, partition, records, verdicts }: Log,
): Promise<void> => {
  const end = (records.at(-1)?.offset ?? -1) + 1;
  let at = 0;
  for (let from = records[0]?.offset ?? 0; from < end; from += WINDOW) {
    const to = Math.min(end, from + WINDOW);
    const rows = byOffset(
      await query<TableRow>(
        `SELECT DISTINCT \`offset\` AS o, verdict, room_id, toUnixTimestamp64Milli(events.ts) AS ts, toUnixTimestamp64Milli(events.appended) AS appended,
           event_id, type, user_id, order_id, product_ids, hex(MD5(events.raw)) AS raw
         FROM events
         WHERE generation = {generation: UInt16} AND \`partition\` = {partition: UInt16} AND \`offset\` >= {from: UInt64} AND \`offset\` < {to: UInt64}`,
        { generation, partition, from, to },
      ),
    );
    for (; (records[at]?.offset ?? to) < to; at++) {
      const record = records[at] as ReadRecord;
      const { verdict = '' } = verdicts[at] ?? {};
      const [row, ...others] = rows.get(record.offset) ?? [];
      const path = `events ${partition}:${record.offset}`;
      const held: TableRow | undefined =
        row === undefined ? undefined : { ...row, ts: Number(row.ts), appended: Number(row.appended) };
      if (KEPT.has(verdict)) differ.compare(path, eventColumns(verdict, record), held);
      else differ.compare(path, undefined, held?.verdict);
      for (const other of others) differ.compare(`${path} again`, undefined, other.verdict);
    }
  }
  const [outside] = await query<{ n: string }>(
    `SELECT count() AS n FROM events WHERE \`partition\` = {partition: UInt16}
     AND (generation > {generation: UInt16} OR (generation = {generation: UInt16} AND \`offset\` >= {end: UInt64}))`,
    { generation, partition, end },
  );
  differ.compare(`events ${partition} beside the log`, 0, Number(outside?.n));
};

/** Each refused record stands in `quarantine` once, with its reason and its bytes. */
export const checkRefusals = async (
  differ: Differ,
  { query }: Pick<HistoryClient, 'query'>,
  { generation, partition, records, verdicts }: Log,
  { refusals }: Pick<Written, 'refusals'>,
): Promise<void> => {
  const rows = byOffset(
    await query<TableRow>(
      `SELECT DISTINCT \`offset\` AS o, reason, toUnixTimestamp64Milli(quarantine.appended) AS appended, detail, hex(MD5(quarantine.bytes)) AS bytes
       FROM quarantine WHERE generation = {generation: UInt16} AND \`partition\` = {partition: UInt16}`,
      { generation, partition },
    ),
  );
  let expected = 0;
  verdicts.forEach(({ offset, verdict, reason }, i) => {
    if (verdict !== 'quarantined') return;
    expected++;
    const { append = 0, value } = records[i] ?? {};
    const [row] = rows.get(offset) ?? [];
    differ.compare(
      `quarantine ${partition}:${offset}`,
      {
        reason,
        appended: append,
        // Words are not recounted: they must be those that ingest said.
        detail: refusals.get(`${partition}:${offset}`)?.detail,
        bytes: md5(value?.subarray(0, QUARANTINED_BYTES) ?? Buffer.alloc(0)),
      },
      row === undefined ? undefined : { ...row, appended: Number(row.appended) },
    );
  });
  const held = [...rows.values()].reduce((sum, same) => sum + same.length, 0);
  differ.compare(`quarantine ${partition} rows`, expected, held);
};
