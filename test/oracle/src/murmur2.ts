/** The 32-bit murmur2 hash of Kafka's Java client, as a signed integer. */
export function murmur2(bytes: Uint8Array): number {
  const m = 0x5bd1e995;
  const length = bytes.length;
  const at = (index: number): number => bytes[index] ?? 0;
  let h = 0x9747b28c ^ length;
  const whole = Math.floor(length / 4);
  for (let i = 0; i < whole; i += 1) {
    let k = at(4 * i) | (at(4 * i + 1) << 8) | (at(4 * i + 2) << 16) | (at(4 * i + 3) << 24);
    k = Math.imul(k, m);
    k ^= k >>> 24;
    k = Math.imul(k, m);
    h = Math.imul(h, m) ^ k;
  }
  const rest = length % 4;
  const tail = 4 * whole;
  if (rest === 3) h ^= at(tail + 2) << 16;
  if (rest >= 2) h ^= at(tail + 1) << 8;
  if (rest >= 1) {
    h ^= at(tail);
    h = Math.imul(h, m);
  }
  h ^= h >>> 13;
  h = Math.imul(h, m);
  h ^= h >>> 15;
  return h | 0;
}

/** The partition that a room belongs to. */
export function partitionOf(roomId: string, partitions: number): number {
  return (murmur2(Buffer.from(roomId, 'utf8')) & 0x7fffffff) % partitions;
}
