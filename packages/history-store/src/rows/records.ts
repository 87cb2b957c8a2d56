import type { MinuteRecord, RoomRecord } from '@liveboard/contracts';
import type { Rows } from '../tables.ts';
import { minuteTableRow, minuteVersionRow, productMinuteRows } from './minutes.ts';
import { roomRow } from './rooms.ts';

/** The rows of records of `live.minutes`, in their order: of two with the same version the later one is kept. */
export const rowsOf = (records: readonly (MinuteRecord | RoomRecord)[]): Rows => {
  const minutes = records.filter((record) => record.kind === 'minute');
  return {
    minutes: minutes.map(minuteTableRow),
    minute_versions: minutes.flatMap((record) => minuteVersionRow(record) ?? []),
    product_minutes: minutes.flatMap(productMinuteRows),
    rooms: records.filter((record) => record.kind === 'room').map(roomRow),
  };
};
