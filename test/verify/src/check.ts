import { RULES } from '@liveboard/contracts';
import type { OracleResult, OracleRoom } from '@liveboard/oracle';
import type { Differ } from './diff.ts';
import type { System } from './system.ts';
import { unordered, type Written } from './written.ts';

const LEDGER = ['counted', 'duplicate', 'late', 'quarantined', 'forwarded', 'ignored', 'ticks'] as const;

const byId = <T extends { readonly product_id: string }>(list: readonly T[]): T[] =>
  [...list].sort((a, b) => Buffer.compare(Buffer.from(a.product_id), Buffer.from(b.product_id)));
const bySource = <T extends { readonly source: string }>(list: readonly T[]): T[] =>
  [...list].sort((a, b) => (a.source < b.source ? -1 : 1));

const checkKafka = (differ: Differ, roomId: string, room: OracleRoom, written: Written): void => {
  const rows = written.rows.get(roomId) ?? new Map();
  const expected = room.minutes.filter(({ state }) => state !== 'provisional');
  for (const row of expected) differ.compare(`minutes ${roomId} ${row.minute}`, row, rows.get(row.minute));
  const known = new Set(expected.map(({ minute }) => minute));
  for (const [minute, row] of rows)
    if (!known.has(minute)) differ.compare(`minutes ${roomId} ${minute}`, undefined, row);
  if (room.dropped || room.counted === 0) return;
  const { info, totals } = written.rooms.get(roomId) ?? {};
  differ.compare(`room ${roomId} info`, unordered(room.info), unordered(info));
  differ.compare(`room ${roomId} totals`, room.totals, totals);
};

const checkRedis = async (
  differ: Differ,
  roomId: string,
  room: OracleRoom,
  { store }: Pick<System, 'store'>,
  redisWasLost: boolean,
): Promise<void> => {
  if (room.counted === 0) return;
  const stored = await store.read(roomId);
  const path = `redis ${roomId}`;
  differ.compare(`${path} info`, unordered(room.info), unordered(stored?.live.room));
  if (!room.dropped) differ.compare(`${path} totals`, room.totals, stored?.live.totals);
  differ.compare(`${path} pinned`, room.pinned, stored?.live.pinned);
  differ.compare(`${path} catalog`, byId(room.catalog), byId(stored?.catalog ?? []));
  differ.compare(`${path} products`, byId(room.products), byId(stored?.products ?? []));
  differ.compare(`${path} sources`, bySource(room.sources), bySource(stored?.sources ?? []));
  const { counted, late, duplicates } = stored?.live.health ?? {};
  const health = { counted: room.counted, late: room.late, duplicates: room.duplicates };
  differ.compare(`${path} health`, health, { counted, late, duplicates });
  const rows = room.minutes.filter(({ state }) => state !== 'provisional').slice(-RULES.keptRows);
  const held = new Map((stored?.minutes ?? []).map((row) => [row.minute, row]));
  rows.forEach((row, i) => {
    const other = held.get(row.minute);
    // After a lost Redis, rows older than ten come back without products and sources.
    const isBare =
      redisWasLost &&
      i < rows.length - RULES.detailedRows &&
      other?.products.length === 0 &&
      other.sources.length === 0;
    differ.compare(`${path} ${row.minute}`, isBare ? { ...row, products: [], sources: [] } : row, other);
  });
  differ.compare(`${path} compare`, rows.findLast(({ compare }) => compare !== undefined)?.compare, stored?.compare);
};

/**
 * Compares what ingest wrote of one partition to Kafka and Redis with a recount of the log, cell by cell. Returns by how
 * many records the ledger is off.
 */
export const checkIngest = async (
  differ: Differ,
  partition: number,
  { ledger, verdicts, rooms, streamTime }: OracleResult,
  written: Written,
  system: Pick<System, 'store'>,
  redisWasLost: boolean,
): Promise<number> => {
  const { metas } = await system.store.metas();
  const meta = metas.find((each) => each.partition === partition);
  differ.compare(`ledger ${partition}`, ledger, meta?.ledger);
  differ.compare(`stream time ${partition}`, streamTime, meta?.stream_time);
  for (const { offset, verdict, reason } of verdicts)
    if (verdict === 'quarantined')
      differ.compare(`refusal ${partition}:${offset}`, reason, written.refusals.get(`${partition}:${offset}`)?.reason);
  differ.compare(`refusals ${partition}`, ledger.quarantined, written.refusals.size);
  for (const [roomId, room] of rooms) {
    checkKafka(differ, roomId, room, written);
    await checkRedis(differ, roomId, room, system, redisWasLost);
  }
  for (const roomId of [...written.rows.keys(), ...written.rooms.keys()])
    if (!rooms.has(roomId)) differ.compare(`room ${roomId}`, undefined, 'written');
  const held: Readonly<Record<string, number>> = meta?.ledger ?? {};
  return Math.abs((held.in ?? 0) - LEDGER.reduce((sum, name) => sum + (held[name] ?? 0), 0));
};
