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

const C1 = 0x239b961b;
const C2 = 0xab0e9789 | 0;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93 | 0;

/**
 * 128-bit hash of a string into `HASH`: MurmurHash3_x86_128 (A. Appleby, public domain) over its UTF-16 code units,
 * begun from four seed words instead of one, so that a room's own hash separates equal ids of different rooms.
 */
export const hashString = (text: string, s1: number, s2: number, s3: number, s4: number): void => {
  let h1 = s1;
  let h2 = s2;
  let h3 = s3;
  let h4 = s4;
  const length = text.length;
  const unit = (i: number): number => (i < length ? text.charCodeAt(i) : 0);
  for (let i = 0; i < length; i += 8) {
    const k1 = unit(i) | (unit(i + 1) << 16);
    const k2 = unit(i + 2) | (unit(i + 3) << 16);
    const k3 = unit(i + 4) | (unit(i + 5) << 16);
    const k4 = unit(i + 6) | (unit(i + 7) << 16);
    h1 ^= Math.imul(rotl(Math.imul(k1, C1), 15), C2);
    h1 = (Math.imul((rotl(h1, 19) + h2) | 0, 5) + 0x561ccd1b) | 0;
    h2 ^= Math.imul(rotl(Math.imul(k2, C2), 16), C3);
    h2 = (Math.imul((rotl(h2, 17) + h3) | 0, 5) + 0x0bcaa747) | 0;
    h3 ^= Math.imul(rotl(Math.imul(k3, C3), 17), C4);
    h3 = (Math.imul((rotl(h3, 15) + h4) | 0, 5) + (0x96cd1c35 | 0)) | 0;
    h4 ^= Math.imul(rotl(Math.imul(k4, C4), 18), C1);
    h4 = (Math.imul((rotl(h4, 13) + h1) | 0, 5) + 0x32ac3b17) | 0;
  }
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

/** Turns `HASH` of a user into the key of the pair (user, product number) without reading the id again. */
export const pairWith = (ordinal: number): void => {
  const n = ordinal + 1;
  HASH[0] = (HASH[0] as number) ^ Math.imul(n, 0x9e3779b1);
  HASH[1] = (HASH[1] as number) ^ Math.imul(n, 0x85ebca77);
  HASH[2] = (HASH[2] as number) ^ Math.imul(n, 0xc2b2ae3d);
  HASH[3] = (HASH[3] as number) ^ Math.imul(n, 0x27d4eb2f);
};
