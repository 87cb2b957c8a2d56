import type { MinuteRecord, MinuteRow, QuarantineRecord, RoomRecord } from '@liveboard/contracts';
import type { ReadRecord } from '@liveboard/kafka';

/** What ingest wrote to Kafka, the newest of each thing: rows by room and minute, rooms, refusals by partition and offset. */
export interface Written {
  readonly rows: ReadonlyMap<string, ReadonlyMap<number, MinuteRow>>;
  readonly rooms: ReadonlyMap<string, RoomRecord>;
  readonly refusals: ReadonlyMap<string, QuarantineRecord>;
}

const parse = <T>({ value }: ReadRecord): T => JSON.parse(value?.toString() ?? 'null') as T;

/** Reads it as any reader must: by `rev`, whatever the order, however often a record is there. */
export const readWritten = (minutes: readonly ReadRecord[], quarantine: readonly ReadRecord[]): Written => {
  const rows = new Map<string, Map<number, MinuteRow>>();
  const rooms = new Map<string, RoomRecord>();
  for (const each of minutes) {
    const record = parse<MinuteRecord | RoomRecord>(each);
    if (record.kind === 'room') {
      const { room_id } = record.info;
      const held = rooms.get(room_id);
      if (held === undefined || record.rev >= held.rev) rooms.set(room_id, record);
      continue;
    }
    const { room_id, row } = record;
    const of = rows.get(room_id) ?? new Map<number, MinuteRow>();
    rows.set(room_id, of);
    const held = of.get(row.minute);
    if (held === undefined || row.rev >= held.rev) of.set(row.minute, row);
  }
  const refusals = new Map<string, QuarantineRecord>();
  for (const each of quarantine) {
    const record = parse<QuarantineRecord>(each);
    refusals.set(`${record.partition}:${record.offset}`, record);
  }
  return { rows, rooms, refusals };
};
