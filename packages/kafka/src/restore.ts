import { TOPICS } from '@liveboard/contracts';
import type { KafkaAdmin } from './admin.ts';
import type { CheckpointStore } from './checkpoint.ts';
import { type Pointer, type Position, readPointer } from './position.ts';

/** `refused`: going on would count from a wrong state; an operator must act. */
export interface Refused {
  readonly kind: 'refused';
  readonly why: string;
}

/** Where a group stands in a partition. `from` is absent where this life of the log was not read yet; `end`: its end now. */
export type Located<P extends Position> = { readonly kind: 'ready'; readonly from?: P; readonly end: number } | Refused;

export interface LogOfGroup {
  readonly group: string;
  readonly topic: string;
  readonly generation: number;
}

const refused = (why: string): Refused => ({ kind: 'refused', why });
const of = <T extends { readonly partition: number }>(list: readonly T[], n: number): T | undefined =>
  list.find(({ partition }) => partition === n);

/** Finds what the group committed for partition `n`, as `read` understands its metadata. */
export const locate = async <P extends Position>(
  admin: Pick<KafkaAdmin, 'committed' | 'bounds'>,
  { group, topic, generation }: LogOfGroup,
  n: number,
  read: (metadata: string) => P | undefined,
): Promise<Located<P>> => {
  const committed = of(await admin.committed(group, topic), n);
  const end = of(await admin.bounds(topic), n)?.end ?? 0;
  if (committed === undefined || committed.offset < 0) return { kind: 'ready', end };
  const from = read(committed.metadata);
  if (from === undefined)
    return refused(
      `the commit ${committed.offset} of group ${group} names no checkpoint: was it made by another program?`,
    );
  // What an earlier life of the log left behind says nothing of this one.
  if (from.g < generation) return { kind: 'ready', end };
  if (from.g > generation)
    return refused(`the checkpoint is of generation ${from.g}, LIVEBOARD_LOG_GENERATION is ${generation}`);
  if (end <= from.l)
    return refused(
      `the log ends at ${end}, before the checkpoint's record ${from.l}: it is another log; raise LIVEBOARD_LOG_GENERATION`,
    );
  return { kind: 'ready', from, end };
};

export type Restored<S> =
  | { readonly kind: 'ready'; readonly state: S; readonly from?: Pointer; readonly end: number }
  | Refused;

export interface RestoreOptions<S> extends LogOfGroup {
  readonly namespace: string;
  /** The form of the bytes that `resume` reads. */
  readonly format: number;
  /** The state of partition `n` before its first record. */
  readonly begin: (n: number) => S;
  readonly resume: (n: number, bytes: Buffer) => S;
}

/** Loads the state that the group's commit points to; an empty one where nothing was committed. */
export const createRestore =
  <S>(
    admin: Pick<KafkaAdmin, 'committed' | 'bounds'>,
    checkpoints: CheckpointStore,
    options: RestoreOptions<S>,
  ): ((n: number) => Promise<Restored<S>>) =>
  async (n) => {
    const { namespace, format, begin, resume } = options;
    const located = await locate(admin, options, n, readPointer);
    if (located.kind === 'refused') return located;
    const { from, end } = located;
    if (from === undefined) return { kind: 'ready', state: begin(n), end };
    if (from.f !== format)
      return refused(
        `the checkpoint has form ${from.f}; run the version that wrote it, or raise LIVEBOARD_LOG_GENERATION`,
      );
    const kept = of(await admin.bounds(namespace + TOPICS.checkpoints.name), n);
    if (kept !== undefined && kept.start > from.o)
      return refused(
        `the checkpoint at ${from.o} has left ${namespace}${TOPICS.checkpoints.name}, which begins at ${kept.start}`,
      );
    return { kind: 'ready', state: resume(n, await checkpoints.load(n, from)), from, end };
  };
