import { createHash } from 'node:crypto';
import type { MinuteRow } from '@liveboard/contracts';

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, held]) => [key, sorted(held)]),
  );
};

export interface FinalRow {
  readonly room_id: string;
  readonly row: MinuteRow;
}

/**
 * The hash of final rows: sorted by (room, minute), one line of canonical JSON each (sorted keys, no spaces, UTF-8),
 * without comparisons, so that no double takes part.
 */
export const hashRows = (rows: readonly FinalRow[]): string => {
  const hash = createHash('sha256');
  const order = [...rows].sort((a, b) =>
    a.room_id === b.room_id ? a.row.minute - b.row.minute : a.room_id < b.room_id ? -1 : 1,
  );
  for (const { room_id, row } of order) {
    const { minute, in_life, counts, online, unpaid_orders, products, sources } = row;
    hash.update(
      `${JSON.stringify(sorted({ room_id, minute, in_life, counts, online, unpaid_orders, products, sources }))}\n`,
    );
  }
  return hash.digest('hex');
};
