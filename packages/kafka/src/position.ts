import { z } from 'zod';
import type { ReadRecord } from './reader.ts';

export const POSITION_VERSION = 1;

const position = {
  v: z.literal(POSITION_VERSION),
  g: z.number().int(),
  l: z.number().int(),
  a: z.number().int(),
};
const positionSchema = z.object(position);
const pointerSchema = z.object({
  ...position,
  id: z.string(),
  o: z.number().int(),
  n: z.number().int().min(1),
  crc: z.number().int(),
  f: z.number().int(),
});

/** What a commit of ours says beside its offset: generation `g`, the last record `l` taken in, and its append time `a` (ms). */
export type Position = z.infer<typeof positionSchema>;
/** A position, and where the state at exactly that record lies: `n` chunks of checkpoint `id` from offset `o` on, in form `f`. */
export type Pointer = z.infer<typeof pointerSchema>;

const reader =
  <T>(schema: z.ZodType<T>) =>
  (metadata: string): T | undefined => {
    try {
      return schema.parse(JSON.parse(metadata));
    } catch {
      return undefined;
    }
  };

/** Reads a commit's metadata. Undefined where it is not ours. */
export const readPosition = reader(positionSchema);
/** Reads the metadata of a commit that points to a checkpoint. Undefined where it is not ours. */
export const readPointer = reader(pointerSchema);

/** Whether the log still holds the record that a commit was made at: one made anew may be as long. */
export interface Proof {
  readonly given: boolean;
  /** Looks at the first record read, that of the commit. Says what is wrong where it is another one. */
  look(first: Pick<ReadRecord, 'offset' | 'append'> | undefined): string | undefined;
  /** The commit's record has left the log, or an operator said to go on. */
  waive(): void;
}

/** `from`: what the owner starts at; without it there is nothing to prove. */
export const createProof = (partition: number, from: Position | undefined): Proof => {
  let given = from === undefined;
  return {
    get given() {
      return given;
    },
    look: (first) => {
      if (given || from === undefined || first === undefined) return undefined;
      given = first.offset === from.l && first.append === from.a;
      return given
        ? undefined
        : `partition ${partition}: its checkpoint was made at record ${from.l}, appended at ${from.a}; the log has ${first.offset}, appended at ${first.append}`;
    },
    waive: () => {
      given = true;
    },
  };
};
