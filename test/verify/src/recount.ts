import type { ReadRecord } from '@liveboard/kafka';
import { countPartition, type OracleResult } from '@liveboard/oracle';

/** Counts a log again, partition by partition. */
export const recount = (
  records: readonly ReadRecord[],
  { partitions, generation }: { readonly partitions: number; readonly generation: number },
): ReadonlyMap<number, OracleResult> => {
  const byPartition = new Map<number, ReadRecord[]>();
  for (const record of records) {
    const held = byPartition.get(record.partition);
    if (held === undefined) byPartition.set(record.partition, [record]);
    else held.push(record);
  }
  return new Map(
    [...byPartition].map(([partition, list]) => [
      partition,
      countPartition(list, { partition, partitions, generation }),
    ]),
  );
};
