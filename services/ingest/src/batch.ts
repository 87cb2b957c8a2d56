import type { ReadRecord } from '@liveboard/kafka';
import type { LogSlice } from '@liveboard/windows';

/** Records of one partition in a form that moves between threads whole: a few arrays, whatever their number. */
export interface Batch {
  readonly offsets: Float64Array<ArrayBuffer>;
  /** Broker times, ms. */
  readonly appends: Float64Array<ArrayBuffer>;
  /** Where each value ends in `bytes`; below zero, that less one and negated: the record has no value. */
  readonly ends: Int32Array<ArrayBuffer>;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Packs records. Their keys, which nobody reads, are left behind. */
export const packBatch = (records: readonly Pick<ReadRecord, 'offset' | 'append' | 'value'>[]): Batch => {
  const n = records.length;
  const batch: Batch = {
    offsets: new Float64Array(n),
    appends: new Float64Array(n),
    ends: new Int32Array(n),
    bytes: new Uint8Array(records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0)),
  };
  let end = 0;
  for (let i = 0; i < n; i++) {
    const { offset, append, value } = records[i] as ReadRecord;
    batch.offsets[i] = offset;
    batch.appends[i] = append;
    if (value !== null) batch.bytes.set(value, end);
    end += value?.length ?? 0;
    batch.ends[i] = value === null ? -1 - end : end;
  }
  return batch;
};

/** The memory that moves with a batch. */
export const buffersOf = ({ offsets, appends, ends, bytes }: Batch): ArrayBuffer[] => [
  offsets.buffer,
  appends.buffer,
  ends.buffer,
  bytes.buffer,
];

/** Reads record `i` into `slice`; false where it has no value. Records are read in order, from the first. */
export const readSlice = ({ offsets, appends, ends, bytes }: Batch, i: number, slice: LogSlice): boolean => {
  const end = ends[i] as number;
  slice.bytes = bytes;
  slice.offset = offsets[i] as number;
  slice.append = appends[i] as number;
  slice.start = i === 0 ? 0 : slice.end;
  slice.end = end < 0 ? -1 - end : end;
  return end >= 0;
};
