import { COUNT_IDS, type CountId, type MinuteRow, PRODUCT_COUNTS, type RoomState, RULES } from '@liveboard/contracts';
import { HASH, hashString } from './hash.ts';
import { createIdTable, type IdTable } from './id-table.ts';
import type { Level, Slots } from './levels.ts';
import { createLife, type Life } from './life.ts';

/** Places of counters in a count vector. */
export const AT = Object.fromEntries(COUNT_IDS.map((id, i) => [id, i])) as Readonly<Record<CountId, number>>;
export const P_AT = Object.fromEntries(PRODUCT_COUNTS.map((id, i) => [id, i])) as Readonly<
  Record<(typeof PRODUCT_COUNTS)[number], number>
>;

/** Flags of a user, in a minute and in the room; the order of the bits is that of `UNIQUE_AT`. */
export const USER = { viewer: 1, buyer: 2, commenter: 4, clicker: 8, impressed: 16, engaged: 32 } as const;
/** The room's table keeps the newest entry's source above the flags (number of the source + 1). */
export const SOURCE_SHIFT = 8;
export const LINE = { created: 1, paid: 2, cancelled: 4, closed: 8 } as const;

/** One minute that is not final. */
export interface Minute {
  readonly minute: number;
  /** Counted events of the minute: none makes a zero row. */
  events: number;
  /** The earliest of them that life knows of, ms. */
  earliest?: number;
  counts: Float64Array;
  users: IdTable;
  /** (user, product) flags. */
  pairs: IdTable;
  /** product number → counts */
  products: Map<number, Float64Array>;
  /** source number * 4 + count */
  sources: Float64Array;
  sourcesTouched: number;
  slots?: Slots;
  /** Set once the minute is closed. */
  row?: MinuteRow;
  whole: boolean;
  opening?: number;
  candidate?: RoomState;
}

/** A final minute, as later comparisons need it. */
export interface Kept {
  row: MinuteRow;
  whole: boolean;
  candidate?: RoomState;
}

/** A final minute that readers were told of and that is no longer among the newest: its row as JSON, a third of its size in memory. */
export interface Past extends Peak {
  readonly minute: number;
  /** Without products and sources. */
  readonly text: string;
}

/** What of a minute decides whether a later one is the highest of its hour. */
export interface Peak {
  readonly gmv: number;
  /** Mean of the minute; 0 without samples. */
  readonly online: number;
}

export interface Listing {
  readonly ts: number;
  readonly offset: number;
  readonly title: string;
  readonly price_minor: number;
  readonly stock?: number;
  readonly image_url?: string;
  readonly shop_id?: string;
  /** Items sold before its minute, known once that is final: stock counts from its minute on. */
  sold_before?: number;
}

export interface Product {
  readonly product_id: string;
  readonly ordinal: number;
  totals: Float64Array;
  /** By `(ts, offset)`: the newest of the final minutes and those of the open ones. */
  listings: Listing[];
}

export interface Pin {
  readonly ts: number;
  readonly offset: number;
  readonly product_id: string;
  readonly pinned: boolean;
}

/** What is pinned, and since when something or nothing is. */
export interface Pinning {
  readonly product_id?: string;
  readonly since?: number;
}

/** Everything remembered of one room. Plain data: a checkpoint holds it as it is. */
export interface Room {
  readonly room_id: string;
  readonly seed: readonly number[];
  /** Met again after its memory was dropped: rows only, no totals. */
  readonly dropped: boolean;
  /** Stream time when it was first met, for rooms that only ever had late events. */
  readonly met: number;
  account_id?: string;
  shop_id?: string;
  currency?: string;
  conflict: boolean;
  started: boolean;
  started_at?: number;
  named?: {
    ts: number;
    offset: number;
    handle: string;
    name: string;
    title: string;
    timezone: string;
    avatar_url?: string;
  };
  types: Set<string>;
  life: Life;
  counted: number;
  late: number;
  duplicates: number;
  lastEventAt: number;
  active?: number;
  totals: Float64Array;
  acuSum: number;
  acuN: number;
  pcu?: number;
  users: IdTable;
  pairs: IdTable;
  orders: IdTable;
  atLeast: Set<CountId>;
  products: Map<string, Product>;
  sources: Float64Array;
  sourcesTouched: number;
  level: Level;
  minutes: Map<number, Minute>;
  /** Newest last: the newest `detailedRows`, and those that readers were not told of yet. */
  kept: Kept[];
  /** Those before them, newest last. */
  past: Past[];
  /** As the final minutes left it. */
  pinning: Pinning;
  /** Pins of open minutes, by `(ts, offset)`. */
  pins: Pin[];
  markers: { id: string; ts: number; label: string; kind: string; by?: string }[];
  comments: { id: string; user_id: string; text: string; ts: number }[];
  rev: number;
  revAt: number;
  /** Records of its log were lost while it was open. */
  gap?: true;
  /** What `live.minutes` was told last. */
  sentInfo?: string;
  sentTotals?: string;
}

/** What readers have not been told yet. Not part of a checkpoint: after a restart the first word is a whole one. */
export interface Unsaid {
  dirty: boolean;
  published?: number;
  /** Stream time of that. */
  publishedTime?: number;
  products: Set<number>;
  sources: number;
  catalog: Set<string>;
  minutes: Set<number>;
  /** Closed minutes that changed after their close, with the append time of the change. */
  revised: Map<number, number>;
  markers: number;
  comments: number;
  compare: boolean;
  infoDirty: boolean;
}

export const createUnsaid = (): Unsaid => ({
  dirty: false,
  products: new Set(),
  sources: 0,
  catalog: new Set(),
  minutes: new Set(),
  revised: new Map(),
  markers: 0,
  comments: 0,
  compare: false,
  infoDirty: true,
});

/** Readers were told everything, at stream time `now`. */
export const forgetSaid = (unsaid: Unsaid, { rev }: Room, now: number): void => {
  unsaid.dirty = false;
  unsaid.published = rev;
  unsaid.publishedTime = now;
  unsaid.products.clear();
  unsaid.sources = 0;
  unsaid.catalog.clear();
  unsaid.minutes.clear();
  unsaid.revised.clear();
  unsaid.markers = 0;
  unsaid.comments = 0;
  unsaid.compare = false;
  unsaid.infoDirty = false;
};

/** Hashes a room's id into `HASH`: the seed under which its own ids are hashed. */
export const hashRoom = (roomId: string): void => hashString(roomId, 1, 2, 3, 4);

export const createRoom = (roomId: string, met: number, dropped: boolean): Room => {
  hashRoom(roomId);
  return {
    room_id: roomId,
    seed: [...HASH],
    dropped,
    met,
    conflict: false,
    started: false,
    types: new Set(),
    life: createLife(),
    counted: 0,
    late: 0,
    duplicates: 0,
    lastEventAt: 0,
    totals: new Float64Array(COUNT_IDS.length),
    acuSum: 0,
    acuN: 0,
    users: createIdTable(),
    pairs: createIdTable(),
    orders: createIdTable(true),
    atLeast: new Set(),
    products: new Map(),
    sources: new Float64Array(40),
    sourcesTouched: 0,
    level: { unpaid: 0 },
    minutes: new Map(),
    kept: [],
    past: [],
    pinning: {},
    pins: [],
    markers: [],
    comments: [],
    rev: 0,
    revAt: 0,
  };
};

const createMinute = (minute: number, before: Minute | undefined): Minute => ({
  minute,
  events: 0,
  counts: new Float64Array(COUNT_IDS.length),
  users: createIdTable(false, before?.users.count),
  pairs: createIdTable(false, before?.pairs.count),
  products: new Map(),
  sources: new Float64Array(40),
  sourcesTouched: 0,
  whole: false,
});

/** Hashes an id within a room into `HASH`. */
export const hashInRoom = (room: Room, text: string): void =>
  hashString(text, room.seed[0] as number, room.seed[1] as number, room.seed[2] as number, room.seed[3] as number);

/** The minute, made where it is new. */
export const minuteFor = (room: Room, minute: number): Minute => {
  let held = room.minutes.get(minute);
  if (held === undefined) {
    held = createMinute(minute, room.minutes.get(minute - RULES.minuteMs));
    room.minutes.set(minute, held);
  }
  return held;
};
