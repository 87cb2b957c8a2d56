import type { KafkaAdmin } from '@liveboard/kafka';
import { CHECKPOINT_FORMAT, createPartition, type Partition, restorePartition } from '@liveboard/windows';
import { type CheckpointStore, type Pointer, readPointer } from './checkpoint.ts';

/** `refused`: going on would count from a wrong state; an operator must act. */
export type Restored =
  /** `end`: where the log ended then. */
  | { readonly kind: 'ready'; readonly partition: Partition; readonly from?: Pointer; readonly end: number }
  | { readonly kind: 'refused'; readonly why: string };

const refused = (why: string): Restored => ({ kind: 'refused', why });

/** Loads the state that the group's commit points to; an empty one where nothing was committed. */
export const createRestore =
  (
    admin: KafkaAdmin,
    checkpoints: CheckpointStore,
    {
      group,
      topic,
      partitions,
      generation,
    }: { readonly group: string; readonly topic: string; readonly partitions: number; readonly generation: number },
  ) =>
  async (n: number): Promise<Restored> => {
    const options = { partition: n, partitions, generation };
    const of = <T extends { readonly partition: number }>(list: readonly T[]): T | undefined =>
      list.find(({ partition }) => partition === n);
    const committed = of(await admin.committed(group, topic));
    const end = of(await admin.bounds(topic))?.end ?? 0;
    const fresh: Restored = { kind: 'ready', partition: createPartition(options), end };
    if (committed === undefined || committed.offset < 0) return fresh;
    const from = readPointer(committed.metadata);
    if (from === undefined)
      return refused(
        `the commit ${committed.offset} of group ${group} names no checkpoint: was it made by another program?`,
      );
    // What an earlier life of the log left behind says nothing of this one.
    if (from.g < generation) return fresh;
    if (from.g > generation)
      return refused(`the checkpoint is of generation ${from.g}, LIVEBOARD_LOG_GENERATION is ${generation}`);
    if (from.f !== CHECKPOINT_FORMAT)
      return refused(
        `the checkpoint has form ${from.f}; run the version that wrote it, or raise LIVEBOARD_LOG_GENERATION`,
      );
    if (end <= from.l)
      return refused(
        `the log ends at ${end}, before the checkpoint's record ${from.l}: it is another log; raise LIVEBOARD_LOG_GENERATION`,
      );
    return { kind: 'ready', partition: restorePartition(options, await checkpoints.load(n, from)), from, end };
  };
