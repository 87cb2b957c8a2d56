import { type Committed, type LogBounds, readPosition } from '@liveboard/kafka';

/** What is known of how far history has come in one generation of the log. */
export interface HistoryProgress {
  readonly generation: number;
  /** Offset of the newest event in ClickHouse, by partition. */
  readonly newest: ReadonlyMap<number, number>;
  readonly commits: readonly Committed[];
}

/**
 * Records of the log that are not in ClickHouse, of all partitions. Refused records and ticks leave no event: behind the
 * newest one they count until history commits beyond them, somewhat more than five minutes after they were read.
 */
export const historyLag = (bounds: readonly LogBounds[], { generation, newest, commits }: HistoryProgress): number => {
  const committed = new Map<number, number>();
  for (const { partition, metadata } of commits) {
    const position = readPosition(metadata);
    if (position?.g === generation) committed.set(partition, position.l);
  }
  return bounds.reduce((sum, { partition, start, end }) => {
    const last = Math.max(newest.get(partition) ?? -1, committed.get(partition) ?? -1);
    return sum + Math.max(0, end - Math.max(start, last + 1));
  }, 0);
};
