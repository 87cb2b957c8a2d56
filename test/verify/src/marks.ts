import { partitionOf } from '@liveboard/contracts';
import type { Placed } from '@liveboard/kafka';

interface Sent {
  readonly value: Uint8Array | null;
  readonly partition: number;
}

/** The room of a plain event; undefined for a tick and for what may be refused. */
const roomOf = (value: Uint8Array | null): string | undefined =>
  value === null
    ? undefined
    : /^\{"v":1,"id":"[a-z]\w*","type":"\w+\.\w+","room_id":"([\w.:-]+)"/.exec(
        Buffer.from(value.subarray(0, 200)).toString(),
      )?.[1];

/**
 * Notes the last event of each partition that will stand in ClickHouse: one whose refusal, forwarding or being a tick is
 * out of the question. `placed`: where the batch landed.
 */
export const noteMarks = (
  marks: Map<number, number>,
  batch: readonly Sent[],
  placed: readonly Placed[],
  partitions: number,
): void => {
  const next = new Map(placed.map(({ partition, baseOffset }) => [partition, baseOffset]));
  for (const { value, partition } of batch) {
    const offset = next.get(partition) ?? -1;
    next.set(partition, offset + 1);
    const room = roomOf(value);
    if (room !== undefined && partitionOf(room, partitions) === partition) marks.set(partition, offset);
  }
};
