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
  /** One after another. In pieces, because joining them would keep the event loop for as long as the state is large. */
  readonly pieces: readonly Uint8Array[];
  readonly last: number;
  readonly append: number;
}

/** Bytes in all pieces. */
export const sizeOf = (pieces: readonly Uint8Array[]): number => pieces.reduce((sum, { length }) => sum + length, 0);

export interface CheckpointStore {
  /** Writes the state's bytes, a send each chunk, and says where they lie. Between sends others have their turn. */
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

/** Cuts pieces anew, into chunks of `size` bytes and a last one of at most that; at least one. */
export function* cutChunks(pieces: readonly Uint8Array[], size: number): Generator<Buffer> {
  let parts: Uint8Array[] = [];
  let room = size;
  for (const piece of pieces)
    for (let at = 0; at < piece.length; ) {
      const part = piece.subarray(at, at + room);
      parts.push(part);
      at += part.length;
      room -= part.length;
      if (room > 0) continue;
      yield Buffer.concat(parts);
      parts = [];
      room = size;
    }
  if (parts.length > 0 || pieces.every(({ length }) => length === 0)) yield Buffer.concat(parts);
}

/** States of partitions in `live.checkpoints`. */
export const createCheckpointStore = (
  kafka: KafkaOptions,
  producer: KafkaProducer,
  { namespace, group, generation, format }: CheckpointOptions,
): CheckpointStore => {
  const topic = namespace + TOPICS.checkpoints.name;
  return {
    save: async (partition, { pieces, last, append }) => {
      const id = randomUUID();
      const n = Math.max(1, Math.ceil(sizeOf(pieces) / CHUNK_BYTES));
      let first = -1;
      let i = 0;
      let crc = 0;
      for (const value of cutChunks(pieces, CHUNK_BYTES)) {
        const headers = { group, id, i: String(i), n: String(n) };
        crc = crc32(value, crc);
        const [placed] = await producer.send(topic, [{ key: `p${partition}`, value, partition, headers }]);
        if (i === 0) first = placed?.baseOffset ?? -1;
        i++;
      }
      const at = { v: POSITION_VERSION, g: generation, l: last, a: append } as const;
      return { ...at, id, o: first, n, crc, f: format };
    },
    load: async (partition, { id, o, n, crc }) => {
      const bytes = Buffer.concat(await readOffsets(kafka, { topic, partition, offset: o, id, count: n }, namespace));
      if (crc32(bytes) !== crc) throw new Error(`the checkpoint ${id} of partition ${partition} is damaged`);
      return bytes;
    },
  };
};
