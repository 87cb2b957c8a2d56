import { HASH } from './hash.ts';

/**
 * Open-addressed table of 128-bit keys with a 16-bit value each (and a time where asked for): flags of users, memory
 * of ids, states of order lines. Typed arrays, because a `Set` of strings takes three times the memory and ends at
 * 16.7 M entries, and because a checkpoint can take them as they are. A byte of the key stands apart in `tags`: most ids
 * are asked for once and found absent, and that is told from the tags alone, which lie densely enough for the caches.
 */
export interface IdTable {
  count: number;
  /** 0: an empty place. */
  tags: Uint8Array;
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
    tags: new Uint8Array(size),
    keys: new Int32Array(size * 4),
    values: new Uint16Array(size),
    ...(timed ? { times: new Float64Array(size) } : {}),
  };
};

const homeOf = (a: number, b: number, mask: number): number => (a ^ Math.imul(b, 0x9e3779b1)) & mask;

const tagOf = (d: number): number => d & 0xff || 1;

/** The place of the key in `HASH`, or -1. */
export const findId = ({ tags, keys }: IdTable): number => {
  const a = HASH[0] as number;
  const b = HASH[1] as number;
  const c = HASH[2] as number;
  const d = HASH[3] as number;
  const tag = tagOf(d);
  const mask = tags.length - 1;
  for (let at = homeOf(a, b, mask); ; at = (at + 1) & mask) {
    const held = tags[at] as number;
    if (held === 0) return -1;
    if (held !== tag) continue;
    const k = at << 2;
    if (keys[k] === a && keys[k + 1] === b && keys[k + 2] === c && keys[k + 3] === d) return at;
  }
};

const freePlace = (tags: Uint8Array, a: number, b: number): number => {
  const mask = tags.length - 1;
  let at = homeOf(a, b, mask);
  while (tags[at] !== 0) at = (at + 1) & mask;
  return at;
};

const grow = (table: IdTable): void => {
  const { tags, keys, values, times } = table;
  const size = values.length * 2;
  const nextTags = new Uint8Array(size);
  const nextKeys = new Int32Array(size * 4);
  const nextValues = new Uint16Array(size);
  const nextTimes = times === undefined ? undefined : new Float64Array(size);
  for (let i = 0; i < values.length; i++) {
    const tag = tags[i] as number;
    if (tag === 0) continue;
    const k = i << 2;
    const a = keys[k] as number;
    const b = keys[k + 1] as number;
    const at = freePlace(nextTags, a, b);
    const to = at << 2;
    nextTags[at] = tag;
    nextKeys[to] = a;
    nextKeys[to + 1] = b;
    nextKeys[to + 2] = keys[k + 2] as number;
    nextKeys[to + 3] = keys[k + 3] as number;
    nextValues[at] = values[i] as number;
    if (nextTimes !== undefined) nextTimes[at] = (times as Float64Array)[i] as number;
  }
  table.tags = nextTags;
  table.keys = nextKeys;
  table.values = nextValues;
  if (nextTimes !== undefined) table.times = nextTimes;
};

/** Puts the key in `HASH`, which is not there, with value 0; returns its place. */
export const addId = (table: IdTable): number => {
  if ((table.count + 1) * 3 > table.values.length * 2) grow(table);
  const { tags, keys } = table;
  const a = HASH[0] as number;
  const b = HASH[1] as number;
  const d = HASH[3] as number;
  const at = freePlace(tags, a, b);
  const k = at << 2;
  tags[at] = tagOf(d);
  keys[k] = a;
  keys[k + 1] = b;
  keys[k + 2] = HASH[2] as number;
  keys[k + 3] = d;
  table.count++;
  return at;
};

/** The place of the key in `HASH`; put there with value 0 where it was absent. */
export const putId = (table: IdTable): number => {
  const at = findId(table);
  return at < 0 ? addId(table) : at;
};

/** Sets flags at the key in `HASH`; returns those of them that were not set before. */
export const setFlags = (table: IdTable, flags: number): number => {
  const at = putId(table);
  const value = table.values[at] as number;
  table.values[at] = value | flags;
  return flags & ~value;
};
