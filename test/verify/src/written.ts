import type { MinuteRecord, MinuteRow, QuarantineRecord, RoomRecord } from '@liveboard/contracts';
import type { ReadRecord } from '@liveboard/kafka';

/** What ingest wrote to Kafka, the newest of each thing: rows by room and minute, rooms, refusals by partition and offset. */
export interface Written {
  /** All of `live.minutes`, of every generation, in the order of the log. */
  readonly records: readonly (MinuteRecord | RoomRecord)[];
  /** The account that the newest row of a room's minute names, by room and minute. */
  readonly accounts: ReadonlyMap<string, string>;
  readonly rows: ReadonlyMap<string, ReadonlyMap<number, MinuteRow>>;
  readonly rooms: ReadonlyMap<string, RoomRecord>;
  readonly refusals: ReadonlyMap<string, QuarantineRecord>;
}

/** A set, whatever the order it is written in. */
export const unordered = <T extends { readonly available: readonly string[] }>(info: T | undefined): T | undefined =>
  info === undefined ? undefined : { ...info, available: [...info.available].sort() };

const parse = <T>({ value }: ReadRecord): T => JSON.parse(value?.toString() ?? 'null') as T;

/** Reads what was written of a generation as any reader must: by `rev`, whatever the order, however often a record is there. */
export const readWritten = (
  minutes: readonly ReadRecord[],
  quarantine: readonly ReadRecord[],
  generation: number,
): Written => {
  const rows = new Map<string, Map<number, MinuteRow>>();
  const rooms = new Map<string, RoomRecord>();
  const accounts = new Map<string, string>();
  const records = minutes.map((each) => parse<MinuteRecord | RoomRecord>(each));
  for (const record of records) {
    if (record.generation !== generation) continue;
    if (record.kind === 'room') {
      const { room_id } = record.info;
      const held = rooms.get(room_id);
      if (held === undefined || record.rev >= held.rev) rooms.set(room_id, record);
      continue;
    }
    const { room_id, account_id = '', row } = record;
    const of = rows.get(room_id) ?? new Map<number, MinuteRow>();
    rows.set(room_id, of);
    const held = of.get(row.minute);
    if (held !== undefined && row.rev < held.rev) continue;
    of.set(row.minute, row);
    accounts.set(`${room_id} ${row.minute}`, account_id);
  }
  const refusals = new Map<string, QuarantineRecord>();
  for (const each of quarantine) {
    const record = parse<QuarantineRecord>(each);
    if (record.generation === generation) refusals.set(`${record.partition}:${record.offset}`, record);
  }
  return { records, accounts, rows, rooms, refusals };
};
