import { randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { TOPICS } from '@liveboard/contracts';
import { type KafkaOptions, type KafkaProducer, readOffsets } from '@liveboard/kafka';
import { CHECKPOINT_FORMAT } from '@liveboard/windows';
import { z } from 'zod';

const CHUNK_BYTES = 900 * 1024;

/** What a commit of ours says beside its offset: where the state at exactly that offset lies. */
const pointerSchema = z.object({
  v: z.literal(1),
  g: z.number().int(),
  l: z.number().int(),
  a: z.number().int(),
  id: z.string(),
  o: z.number().int(),
  n: z.number().int().min(1),
  crc: z.number().int(),
  f: z.number().int(),
});
export type Pointer = z.infer<typeof pointerSchema>;

/** Reads a commit's metadata. Undefined where it is not ours. */
export const readPointer = (metadata: string): Pointer | undefined => {
  try {
    return pointerSchema.parse(JSON.parse(metadata));
  } catch {
    return undefined;
  }
};

export interface CheckpointStore {
  /** Writes the state's bytes, a send each chunk, and says where they lie. */
  save(
    partition: number,
    group: string,
    state: { readonly bytes: Buffer; readonly last: number; readonly append: number },
  ): Promise<Pointer>;
  /** @throws Error where chunks are missing or their sum differs. */
  load(partition: number, pointer: Pointer): Promise<Buffer>;
}

export const createCheckpointStore = (
  kafka: KafkaOptions,
  producer: KafkaProducer,
  namespace: string,
  generation: number,
): CheckpointStore => {
  const topic = namespace + TOPICS.checkpoints.name;
  return {
    save: async (partition, group, { bytes, last, append }) => {
      const id = randomUUID();
      const n = Math.max(1, Math.ceil(bytes.length / CHUNK_BYTES));
      let first = -1;
      for (let i = 0; i < n; i++) {
        const value = bytes.subarray(i * CHUNK_BYTES, (i + 1) * CHUNK_BYTES);
        const headers = { group, id, i: String(i), n: String(n) };
        const [placed] = await producer.send(topic, [{ key: `p${partition}`, value, partition, headers }]);
        if (i === 0) first = placed?.baseOffset ?? -1;
      }
      return { v: 1, g: generation, l: last, a: append, id, o: first, n, crc: crc32(bytes), f: CHECKPOINT_FORMAT };
    },
    load: async (partition, { id, o, n, crc }) => {
      const bytes = Buffer.concat(await readOffsets(kafka, { topic, partition, offset: o, id, count: n }, namespace));
      if (crc32(bytes) !== crc) throw new Error(`the checkpoint ${id} of partition ${partition} is damaged`);
      return bytes;
    },
  };
};
