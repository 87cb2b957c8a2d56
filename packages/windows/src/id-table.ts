import { HASH } from './hash.ts';

/**
 * Open-addressed table of 128-bit keys with a 16-bit value each (and a time where asked for): flags of users, memory
 * of ids, states of order lines. Typed arrays, because a `Set` of strings takes three times the memory and ends at
 * 16.7 M entries, and because a checkpoint can take them as they are. The all-zero key is never produced by a hash
 * of ours with more than negligible probability; it marks an empty place and is stored as 0,0,0,1.
 */
export interface IdTable {
  count: number;
  keys: Int32Array;
  values: Uint16Array;
  times?: Float64Array;
}

const SMALLEST = 8;

/** An empty table with place for `expected` keys before it grows; `timed` adds one number (ms) per key. */
export const createIdTable = (timed = false, expected = 0): IdTable => {
  let size = SMALLEST;
  while (size * 2 < expected * 3) size *= 2;
  return {
    count: 0,
    keys: new Int32Array(size * 4),
    values: new Uint16Array(size),
    ...(timed ? { times: new Float64Array(size) } : {}),
  };
};

const probe = (keys: Int32Array, mask: number, a: number, b: number, c: number, d: number): number => {
  let at = (a ^ Math.imul(b, 0x9e3779b1)) & mask;
  for (;;) {
    const k = at << 2;
    const ka = keys[k] as number;
    const kb = keys[k + 1] as number;
    const kc = keys[k + 2] as number;
    const kd = keys[k + 3] as number;
    if (ka === a && kb === b && kc === c && kd === d) return at;
    if ((ka | kb | kc | kd) === 0) return ~at;
    at = (at + 1) & mask;
  }
};

const lastWord = (): number => {
  const d = HASH[3] as number;
  return ((HASH[0] as number) | (HASH[1] as number) | (HASH[2] as number) | d) === 0 ? 1 : d;
};

/** The place of the key in `HASH`, or -1. */
export const findId = (table: IdTable): number => {
  const at = probe(
    table.keys,
    table.values.length - 1,
    HASH[0] as number,
    HASH[1] as number,
    HASH[2] as number,
    lastWord(),
  );
  return at < 0 ? -1 : at;
};

const grow = (table: IdTable): void => {
  const { keys, values, times } = table;
  const size = values.length * 2;
  const nextKeys = new Int32Array(size * 4);
  const nextValues = new Uint16Array(size);
  const nextTimes = times === undefined ? undefined : new Float64Array(size);
  for (let i = 0; i < values.length; i++) {
    const k = i << 2;
    const a = keys[k] as number;
    const b = keys[k + 1] as number;
    const c = keys[k + 2] as number;
    const d = keys[k + 3] as number;
    if ((a | b | c | d) === 0) continue;
    const at = ~probe(nextKeys, size - 1, a, b, c, d);
    const to = at << 2;
    nextKeys[to] = a;
    nextKeys[to + 1] = b;
    nextKeys[to + 2] = c;
    nextKeys[to + 3] = d;
    nextValues[at] = values[i] as number;
    if (nextTimes !== undefined) nextTimes[at] = (times as Float64Array)[i] as number;
  }
  table.keys = nextKeys;
  table.values = nextValues;
  if (nextTimes !== undefined) table.times = nextTimes;
};

/** The place of the key in `HASH`; put there with value 0 where it was absent. */
export const putId = (table: IdTable): number => {
  if ((table.count + 1) * 3 > table.values.length * 2) grow(table);
  const d = lastWord();
  const at = probe(table.keys, table.values.length - 1, HASH[0] as number, HASH[1] as number, HASH[2] as number, d);
  if (at >= 0) return at;
  const free = ~at;
  const k = free << 2;
  table.keys[k] = HASH[0] as number;
  table.keys[k + 1] = HASH[1] as number;
  table.keys[k + 2] = HASH[2] as number;
  table.keys[k + 3] = d;
  table.count++;
  return free;
};

/** Sets a flag at the key in `HASH`; true where it was not set before. */
export const setFlag = (table: IdTable, flag: number): boolean => {
  const at = putId(table);
  const value = table.values[at] as number;
  if ((value & flag) !== 0) return false;
  table.values[at] = value | flag;
  return true;
};
