import { createPartition, type Partition } from '@liveboard/windows';
import type { FinalRow } from './canonical.ts';

export interface Replayed {
  readonly partition: number;
  readonly offset: number;
  readonly append: number;
  readonly value: Uint8Array | null;
}

/** Runs the pure core over records of any number of partitions, each in its own order; collects the final rows. */
export const createReplay = (partitions: number, generation: number, batch: number) => {
  const held = new Map<number, { partition: Partition; waiting: number }>();
  const rows: FinalRow[] = [];
  const drain = (partition: Partition): void => {
    for (const record of partition.drain().records)
      if (record.kind === 'minute' && record.row.state === 'final')
        rows.push({ room_id: record.room_id, row: record.row });
  };
  return {
    take: (records: readonly Replayed[]): void => {
      for (const { partition: n, offset, append, value } of records) {
        let each = held.get(n);
        if (each === undefined) {
          each = { partition: createPartition({ partition: n, partitions, generation }), waiting: 0 };
          held.set(n, each);
        }
        each.partition.apply({ offset, append, value });
        if (++each.waiting >= batch) {
          drain(each.partition);
          each.waiting = 0;
        }
      }
    },
    finish: (): readonly FinalRow[] => {
      for (const { partition } of held.values()) drain(partition);
      return rows;
    },
  };
};
