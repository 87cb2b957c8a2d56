import type { EventRow } from './rows/events.ts';
import type { MinuteTableRow, MinuteVersionRow, ProductMinuteRow } from './rows/minutes.ts';
import type { QuarantineRow } from './rows/quarantine.ts';
import type { RoomRow } from './rows/rooms.ts';

/** The tables that history fills, and what a row of each is. */
export interface TableRows {
  readonly events: EventRow;
  readonly minutes: MinuteTableRow;
  readonly minute_versions: MinuteVersionRow;
  readonly product_minutes: ProductMinuteRow;
  readonly rooms: RoomRow;
  readonly quarantine: QuarantineRow;
}
export type Table = keyof TableRows;

export const TABLES: readonly Table[] = [
  'events',
  'minutes',
  'minute_versions',
  'product_minutes',
  'rooms',
  'quarantine',
];

/** Rows by the table they go to. */
export type Rows = { readonly [T in Table]?: readonly TableRows[T][] };
