import type { MinuteRecord, RoomRecord } from '@liveboard/contracts';
import { type FinalRow, hashRows } from './canonical.ts';

/** Keeps the newest row of each room-minute that `live.minutes` holds; at equal revisions the later record. */
export const createMinutesReader = () => {
  const rows = new Map<string, MinuteRecord>();
  return {
    take: (value: Buffer | null): void => {
      if (value === null) return;
      const record = JSON.parse(value.toString()) as MinuteRecord | RoomRecord;
      if (record.kind !== 'minute') return;
      const key = `${record.room_id} ${record.row.minute}`;
      const held = rows.get(key);
      if (
        held === undefined ||
        record.generation > held.generation ||
        (record.generation === held.generation && record.row.rev >= held.row.rev)
      )
        rows.set(key, record);
    },
    final: (): FinalRow[] =>
      [...rows.values()].flatMap(({ room_id, row }) => (row.state === 'final' ? [{ room_id, row }] : [])),
  };
};

/** Compares what ingest wrote with the recount, minute by minute; says the first differences. */
export const compareRows = (written: readonly FinalRow[], recounted: readonly FinalRow[]) => {
  const key = ({ room_id, row }: FinalRow): string => `${room_id} ${row.minute}`;
  const want = new Map(recounted.map((row) => [key(row), row]));
  const differing: string[] = [];
  for (const row of written) {
    const wanted = want.get(key(row));
    if (wanted === undefined || hashRows([wanted]) !== hashRows([row]) || wanted.row.rev !== row.row.rev)
      differing.push(key(row));
    want.delete(key(row));
  }
  return { compared: written.length, differing, missing: [...want.keys()] };
};
