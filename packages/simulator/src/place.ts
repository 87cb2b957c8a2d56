const encoder = new TextEncoder();

/** MurmurHash2 as Kafka's Java client defines it for keys; written here once more so that a wrong placement elsewhere shows. */
function murmur2(data: Uint8Array): number {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const m = 0x5bd1e995;
  let h = 0x9747b28c ^ data.length;
  let i = 0;
  for (; i + 4 <= data.length; i += 4) {
    let k = Math.imul(view.getInt32(i, true), m);
    k ^= k >>> 24;
    h = Math.imul(h, m) ^ Math.imul(k, m);
  }
  let tail = 0;
  for (let j = data.length - 1; j >= i; j--) tail = (tail << 8) | view.getUint8(j);
  if (i < data.length) h = Math.imul(h ^ tail, m);
  h = Math.imul(h ^ (h >>> 13), m);
  return h ^ (h >>> 15);
}

/** The partition that a room's records belong to. */
export const placeOf = (roomId: string, partitions: number): number =>
  (murmur2(encoder.encode(roomId)) & 0x7fffffff) % partitions;
