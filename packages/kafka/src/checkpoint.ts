import { randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { TOPICS } from '@liveboard/contracts';
import { readOffsets } from './chunks.ts';
import type { KafkaOptions } from './client.ts';
import { POSITION_VERSION, type Pointer } from './position.ts';
import type { KafkaProducer } from './producer.ts';

const CHUNK_BYTES = 900 * 1024;

/** A partition's state as of record `last`, which was appended at `append` (ms). */
export interface StateBytes {
  readonly bytes: Buffer;
  readonly last: number;
  readonly append: number;
}

export interface CheckpointStore {
  /** Writes the state's bytes, a send each chunk, and says where they lie. */
  save(partition: number, state: StateBytes): Promise<Pointer>;
  /** @throws Error where chunks are missing or their sum differs. */
  load(partition: number, pointer: Pointer): Promise<Buffer>;
}

export interface CheckpointOptions {
  readonly namespace: string;
  /** The consumer group whose state it is; several share the topic. */
  readonly group: string;
  readonly generation: number;
  /** The form of the state's bytes. */
  readonly format: number;
}

/** States of partitions in `live.checkpoints`. */
export const createCheckpointStore = (
  kafka: KafkaOptions,
  producer: KafkaProducer,
  { namespace, group, generation, format }: CheckpointOptions,
): CheckpointStore => {
  const topic = namespace + TOPICS.checkpoints.name;
  return {
    save: async (partition, { bytes, last, append }) => {
      const id = randomUUID();
      const n = Math.max(1, Math.ceil(bytes.length / CHUNK_BYTES));
      let first = -1;
      for (let i = 0; i < n; i++) {
        const value = bytes.subarray(i * CHUNK_BYTES, (i + 1) * CHUNK_BYTES);
        const headers = { group, id, i: String(i), n: String(n) };
        const [placed] = await producer.send(topic, [{ key: `p${partition}`, value, partition, headers }]);
        if (i === 0) first = placed?.baseOffset ?? -1;
      }
      const at = { v: POSITION_VERSION, g: generation, l: last, a: append } as const;
      return { ...at, id, o: first, n, crc: crc32(bytes), f: format };
    },
    load: async (partition, { id, o, n, crc }) => {
      const bytes = Buffer.concat(await readOffsets(kafka, { topic, partition, offset: o, id, count: n }, namespace));
      if (crc32(bytes) !== crc) throw new Error(`the checkpoint ${id} of partition ${partition} is damaged`);
      return bytes;
    },
  };
};
