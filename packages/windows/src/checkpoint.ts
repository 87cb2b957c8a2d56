import type { PartitionOptions } from './types.ts';

/** The checkpoint's form. Raised with any change of the state's shape; another form is refused, not guessed at. */
export const CHECKPOINT_FORMAT = 3;

/** What every checkpoint begins with. */
export interface Heading extends PartitionOptions {
  readonly format: number;
  readonly kind: 'partition' | 'verdicts';
}

/** @throws Error where a checkpoint is not the one that was looked for. */
export const checkHeading = (found: Heading | undefined, wanted: PartitionOptions, kind: Heading['kind']): void => {
  const expected: Heading = { ...wanted, format: CHECKPOINT_FORMAT, kind };
  for (const key of ['format', 'kind', 'partition', 'partitions', 'generation'] as const)
    if (found?.[key] !== expected[key])
      throw new Error(`the checkpoint is of ${key} ${found?.[key]}, not ${expected[key]}`);
};

const ARRAYS = { b: Uint8Array, i: Int32Array, h: Uint16Array, d: Float64Array } as const;
type Tag = keyof typeof ARRAYS;
const TAGS = Object.keys(ARRAYS) as Tag[];

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * One value of plain data as bytes: `[json length][json][blob bytes...]`. Typed arrays travel as blobs, maps and sets as
 * entry lists. Objects of the state have fixed keys of ours; ids only ever stand in values, maps and sets.
 */
export const packValue = (value: unknown): Uint8Array => {
  const blobs: Uint8Array[] = [];
  const json = JSON.stringify(value, (_, held: unknown) => {
    if (typeof held !== 'object' || held === null || Array.isArray(held)) return held;
    if (held instanceof Map) return { $m: [...held] };
    if (held instanceof Set) return { $s: [...held] };
    if (!ArrayBuffer.isView(held)) return held;
    const tag = TAGS.find((each) => held instanceof ARRAYS[each]);
    if (tag === undefined) return held;
    blobs.push(new Uint8Array(held.buffer, held.byteOffset, held.byteLength));
    return { $a: tag, n: held.byteLength / ARRAYS[tag].BYTES_PER_ELEMENT };
  });
  const text = encoder.encode(json);
  const total = 8 + text.length + blobs.reduce((sum, { length }) => sum + length, 0);
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, total);
  view.setUint32(4, text.length);
  bytes.set(text, 8);
  let at = 8 + text.length;
  for (const blob of blobs) {
    bytes.set(blob, at);
    at += blob.length;
  }
  return bytes;
};

interface Marked {
  readonly $m?: [unknown, unknown][];
  readonly $s?: unknown[];
  readonly $a?: Tag;
  readonly n?: number;
}

/** Reads values written by `packValue`, one after another. @throws Error where the bytes end early. */
export function* unpackValues(bytes: Uint8Array): Generator<unknown> {
  let start = 0;
  while (start < bytes.length) {
    const view = new DataView(bytes.buffer, bytes.byteOffset + start, bytes.length - start);
    if (view.byteLength < 8 || view.getUint32(0) > view.byteLength) throw new Error('the checkpoint ends early');
    const total = view.getUint32(0);
    const text = view.getUint32(4);
    let at = start + 8 + text;
    const read = (held: unknown): unknown => {
      if (Array.isArray(held)) return held.map(read);
      if (typeof held !== 'object' || held === null) return held;
      const marked = held as Marked;
      if (marked.$a !== undefined) {
        const type = ARRAYS[marked.$a];
        const size = (marked.n ?? 0) * type.BYTES_PER_ELEMENT;
        // Not `slice`: that of a Buffer shares its pool, which is not aligned.
        const copy = new Uint8Array(size);
        copy.set(bytes.subarray(at, at + size));
        at += size;
        return new type(copy.buffer);
      }
      if (marked.$m !== undefined) return new Map(marked.$m.map(([key, value]) => [key, read(value)]));
      if (marked.$s !== undefined) return new Set(marked.$s);
      return Object.fromEntries(Object.entries(held).map(([key, value]) => [key, read(value)]));
    };
    yield read(JSON.parse(decoder.decode(bytes.subarray(start + 8, start + 8 + text))));
    start += total;
  }
}
