/** The last hash computed: four 32-bit words. One scratch, because ids are hashed several times an event. */
export const HASH = new Int32Array(4);

const rotl = (x: number, r: number): number => (x << r) | (x >>> (32 - r));
const fmix = (x: number): number => {
  let h = x ^ (x >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
};

const wordAt = (bytes: Uint8Array, at: number): number =>
  (bytes[at] as number) |
  ((bytes[at + 1] as number) << 8) |
  ((bytes[at + 2] as number) << 16) |
  ((bytes[at + 3] as number) << 24);

const restAt = (bytes: Uint8Array, at: number, end: number): number => {
  let word = 0;
  for (let i = Math.min(end, at + 4) - 1; i >= at; i--) word = (word << 8) | (bytes[i] as number);
  return word;
};

const C1 = 0x239b961b;
const C2 = 0xab0e9789 | 0;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93 | 0;

/**
 * 128-bit hash of bytes into `HASH`: MurmurHash3_x86_128 (A. Appleby, public domain), begun from four seed words instead
 * of one, so that a room's own hash separates equal ids of different rooms; a last block that is not full is filled with
 * zeros and mixed as a full one.
 */
export const hashBytes = (
  bytes: Uint8Array,
  start: number,
  end: number,
  s1: number,
  s2: number,
  s3: number,
  s4: number,
): void => {
  let h1 = s1;
  let h2 = s2;
  let h3 = s3;
  let h4 = s4;
  for (let i = start; i < end; i += 16) {
    const rest = end - i;
    let k1: number;
    let k2: number;
    let k3: number;
    let k4: number;
    if (rest >= 16) {
      k1 = wordAt(bytes, i);
      k2 = wordAt(bytes, i + 4);
      k3 = wordAt(bytes, i + 8);
      k4 = wordAt(bytes, i + 12);
    } else {
      k1 = restAt(bytes, i, end);
      k2 = restAt(bytes, i + 4, end);
      k3 = restAt(bytes, i + 8, end);
      k4 = restAt(bytes, i + 12, end);
    }
    h1 ^= Math.imul(rotl(Math.imul(k1, C1), 15), C2);
    h1 = (Math.imul((rotl(h1, 19) + h2) | 0, 5) + 0x561ccd1b) | 0;
    h2 ^= Math.imul(rotl(Math.imul(k2, C2), 16), C3);
    h2 = (Math.imul((rotl(h2, 17) + h3) | 0, 5) + 0x0bcaa747) | 0;
    h3 ^= Math.imul(rotl(Math.imul(k3, C3), 17), C4);
    h3 = (Math.imul((rotl(h3, 15) + h4) | 0, 5) + (0x96cd1c35 | 0)) | 0;
    h4 ^= Math.imul(rotl(Math.imul(k4, C4), 18), C1);
    h4 = (Math.imul((rotl(h4, 13) + h1) | 0, 5) + 0x32ac3b17) | 0;
  }
  const length = end - start;
  h1 ^= length;
  h2 ^= length;
  h3 ^= length;
  h4 ^= length;
  h1 = (h1 + h2 + h3 + h4) | 0;
  h2 = (h2 + h1) | 0;
  h3 = (h3 + h1) | 0;
  h4 = (h4 + h1) | 0;
  h1 = fmix(h1);
  h2 = fmix(h2);
  h3 = fmix(h3);
  h4 = fmix(h4);
  h1 = (h1 + h2 + h3 + h4) | 0;
  HASH[0] = h1;
  HASH[1] = (h2 + h1) | 0;
  HASH[2] = (h3 + h1) | 0;
  HASH[3] = (h4 + h1) | 0;
};

const encoder = new TextEncoder();
let scratch = new Uint8Array(1_024);

/** As `hashBytes`, over the UTF-8 bytes of a string. */
export const hashString = (text: string, s1: number, s2: number, s3: number, s4: number): void => {
  if (scratch.length < text.length * 3) scratch = new Uint8Array(text.length * 3);
  hashBytes(scratch, 0, encoder.encodeInto(text, scratch).written, s1, s2, s3, s4);
};

/** Turns `HASH` of a user into the key of the pair (user, product number) without reading the id again. */
export const pairWith = (ordinal: number): void => {
  const n = ordinal + 1;
  HASH[0] = (HASH[0] as number) ^ Math.imul(n, 0x9e3779b1);
  HASH[1] = (HASH[1] as number) ^ Math.imul(n, 0x85ebca77);
  HASH[2] = (HASH[2] as number) ^ Math.imul(n, 0xc2b2ae3d);
  HASH[3] = (HASH[3] as number) ^ Math.imul(n, 0x27d4eb2f);
};
