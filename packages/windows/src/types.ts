import type {
  CatalogItem,
  CommentItem,
  Compare,
  Ledger,
  LiveState,
  Marker,
  MinuteRecord,
  MinuteRow,
  ProductRow,
  QuarantineReason,
  RoomRecord,
  SourceRow,
} from '@liveboard/contracts';

/** One record of `live.events` as the broker gives it. `append` is its LogAppendTime, ms. */
export interface LogRecord {
  readonly offset: number;
  readonly append: number;
  readonly value: Uint8Array | null;
}

/** A record whose value lies within a larger buffer. Who reads a log may use one such object for all its records. */
export interface LogSlice {
  offset: number;
  append: number;
  bytes: Uint8Array;
  start: number;
  end: number;
}

/** Where a record went. `forward` names the partition that the same bytes must be written to. */
export type Outcome =
  | { readonly kind: 'counted' | 'duplicate' | 'late'; readonly room_id: string }
  | { readonly kind: 'tick' }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'forwarded'; readonly room_id: string; readonly to: number }
  | { readonly kind: 'quarantined'; readonly reason: QuarantineReason; readonly detail: string };

/**
 * What a room's readers must learn since the last drain. Arrays hold changed entries, or all of them where `full`.
 * `prev` is the `rev` of the drain before (absent where `full`).
 */
export interface RoomChange {
  readonly room_id: string;
  readonly full: boolean;
  readonly prev?: number;
  readonly rev: number;
  readonly live: LiveState;
  readonly products: readonly ProductRow[];
  readonly catalog: readonly CatalogItem[];
  readonly sources: readonly SourceRow[];
  /** Closed and final rows that changed; products and sources only in the ten newest. */
  readonly minutes: readonly MinuteRow[];
  /** Minutes that left the sixty newest. */
  readonly forgotten: readonly number[];
  readonly markers: readonly Marker[];
  readonly comments: readonly CommentItem[];
  readonly compare?: Compare;
}

/** Everything that changed since the last drain, at offset `applied`. */
export interface Drain {
  readonly applied: number;
  /** Broker time of that record, ms. */
  readonly append: number;
  readonly streamTime: number | undefined;
  readonly ledger: Ledger;
  readonly rooms: readonly RoomChange[];
  /** Rooms whose memory was dropped. */
  readonly forgotten: readonly string[];
  /** Records for `live.minutes`, in the order in which they came to be. */
  readonly records: readonly (MinuteRecord | RoomRecord)[];
}

/** The state of one partition: a pure function of the records applied to it. */
export interface Partition {
  /** Offset of the last applied record; -1 before the first. */
  readonly applied: number;
  readonly streamTime: number | undefined;
  readonly ledger: Readonly<Ledger>;
  /** Ids of the rooms held in memory. */
  rooms(): readonly string[];
  /** Applies the next record. Offsets must rise. Never throws on any bytes. */
  apply(record: LogRecord): Outcome;
  /** As `apply`, without an object for each record. */
  applySlice(slice: Readonly<LogSlice>): Outcome;
  /** Goes on at `offset` although records before it were lost: every open room is marked. */
  skipTo(offset: number): void;
  /** True where a drain would hold something. */
  readonly dirty: boolean;
  /** Takes what changed since the last drain. The full state of `full` rooms is included as if all had changed. */
  drain(full?: readonly string[]): Drain;
  /** The checkpoint's bytes, in pieces; nothing may be applied between the first piece and the last. */
  encode(): Iterable<Uint8Array>;
}

export interface PartitionOptions {
  readonly partition: number;
  readonly partitions: number;
  readonly generation: number;
}
