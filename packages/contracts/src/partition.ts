const SEED = 0x9747b28c;
const M = 0x5bd1e995;
const R = 24;

/** MurmurHash2, 32 bits, as Apache Kafka's Java client computes it over a key's bytes. Returns an unsigned integer. */
export const murmur2 = (data: Uint8Array, start = 0, end = data.length): number => {
  const length = end - start;
  let h = SEED ^ length;
  const words = start + (length & ~3);
  for (let i = start; i < words; i += 4) {
    let k =
      (data[i] as number) |
      ((data[i + 1] as number) << 8) |
      ((data[i + 2] as number) << 16) |
      ((data[i + 3] as number) << 24);
    k = Math.imul(k, M);
    k ^= k >>> R;
    k = Math.imul(k, M);
    h = Math.imul(h, M) ^ k;
  }
  const rest = length & 3;
  if (rest === 3) h ^= (data[words + 2] as number) << 16;
  if (rest >= 2) h ^= (data[words + 1] as number) << 8;
  if (rest >= 1) {
    h ^= data[words] as number;
    h = Math.imul(h, M);
  }
  h ^= h >>> 13;
  h = Math.imul(h, M);
  h ^= h >>> 15;
  return h >>> 0;
};

const encoder = new TextEncoder();

/** The partition a room belongs to, the same as Java's and kafkajs' default partitioner choose for key `room_id`. */
export const partitionOf = (roomId: string, partitions: number): number =>
  partitionOfHash(murmur2(encoder.encode(roomId)), partitions);

/** The partition of a room whose id's `murmur2` is known. */
export const partitionOfHash = (hash: number, partitions: number): number => (hash & 0x7fffffff) % partitions;
