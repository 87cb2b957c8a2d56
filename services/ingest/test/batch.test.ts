import type { LogSlice } from '@liveboard/windows';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Batch, buffersOf, packBatch, readSlice } from '../src/batch.ts';

interface Packed {
  readonly offset: number;
  readonly append: number;
  readonly value: Buffer | null;
}

const unpack = (batch: Batch): Packed[] => {
  const slice: LogSlice = { offset: -1, append: 0, bytes: new Uint8Array(0), start: 7, end: 7 };
  return [...batch.offsets.keys()].map((i) => {
    const hasValue = readSlice(batch, i, slice);
    const { offset, append, bytes, start, end } = slice;
    return { offset, append, value: hasValue ? Buffer.from(bytes.slice(start, end)) : null };
  });
};

const records = fc.array(
  fc.record({
    offset: fc.nat(Number.MAX_SAFE_INTEGER),
    append: fc.nat(Number.MAX_SAFE_INTEGER),
    value: fc.option(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      { nil: null },
    ),
  }),
);

describe('a batch', () => {
  it('is read as it was packed, whatever lacks a value or has an empty one', () => {
    fc.assert(
      fc.property(records, (list) => {
        expect(unpack(packBatch(list))).toEqual(list);
      }),
    );
    const odd = [null, '', 'a', null, null, '', 'bc', ''].map((text, offset) => ({
      offset,
      append: 1,
      value: text === null ? null : Buffer.from(text),
    }));
    expect(unpack(packBatch(odd))).toEqual(odd);
  });

  it('moves to another thread whole, and is read there as it was packed', () => {
    fc.assert(
      fc.property(records, (list) => {
        const batch = packBatch(list);
        const moved = structuredClone(batch, { transfer: buffersOf(batch) });
        expect(unpack(moved)).toEqual(list);
        for (const buffer of buffersOf(batch)) expect(buffer.byteLength).toBe(0);
      }),
    );
  });
});
