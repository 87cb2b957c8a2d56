/** What goes into and comes out of the recount. Times are integer milliseconds since 1970 UTC. */

/** One record of the log, as it lies in its partition. */
export type OracleRecord = { offset: number; append: number; value: Uint8Array | null };

export type OracleOptions = { partition: number; partitions: number; generation: number };

export type VerdictName = 'counted' | 'duplicate' | 'late' | 'quarantined' | 'forwarded' | 'ignored' | 'tick';

/** What became of one record. `reason` only for a quarantined one; `room_id` wherever it could be read. */
export type OracleVerdict = { offset: number; verdict: VerdictName; reason?: string; room_id?: string };

export type Ledger = {
  in: number;
  counted: number;
  duplicate: number;
  late: number;
  quarantined: number;
  forwarded: number;
  ignored: number;
  ticks: number;
};

export type Counts = Record<CountName, number>;
export type CountName = (typeof COUNT_NAMES)[number];

/** Counters first, then uniques. */
export const COUNT_NAMES = [
  'gmv',
  'gmv_refunds',
  'created_orders',
  'paid_orders',
  'items_sold',
  'refund_orders',
  'refund_items',
  'views',
  'leaves',
  'watch_ms',
  'room_impressions',
  'product_impressions',
  'product_clicks',
  'comments',
  'likes',
  'shares',
  'new_followers',
  'viewers',
  'buyers',
  'commenters',
  'click_users',
  'impression_users',
  'engaged_viewers',
] as const;

export type Gauge = { sum: number; n: number; last: number; max: number };

export type ProductRow = {
  product_id: string;
  product_impressions: number;
  product_clicks: number;
  created_orders: number;
  paid_orders: number;
  items_sold: number;
  gmv: number;
  gmv_refunds: number;
  refund_orders: number;
  refund_items: number;
  impression_users: number;
  click_users: number;
  buyers: number;
};

export type SourceRow = { source: string; views: number; product_clicks: number; paid_orders: number; gmv: number };

export type Signal = 'quiet' | 'notable' | 'strong';
export type State = 'warming_up' | 'trouble' | 'peak' | 'watch' | 'steady';

export type MetricCompare = {
  value: number;
  base?: number;
  delta?: number;
  base_minutes?: number;
  signal?: Signal;
  z?: number;
};

export type Headline = {
  metric: string;
  context?: 'nothing_pinned' | 'low_stock' | 'marker' | 'source' | 'factor';
  params?: Record<string, string | number>;
};

export type Compare = {
  comparator: 'prev5.v1';
  minute: number;
  base_minutes: number;
  metrics: Record<string, MetricCompare>;
  state: State;
  pulse: number;
  headline?: Headline;
};

/** `minute` is the start of the minute in milliseconds; `rev` is the offset at which the content last changed. */
export type MinuteRow = {
  minute: number;
  state: 'provisional' | 'closed' | 'final';
  in_life: boolean;
  rev: number;
  rules: 'w1';
  counts: Counts;
  online?: Gauge;
  unpaid_orders?: Gauge;
  products: ProductRow[];
  sources: SourceRow[];
  compare?: Compare;
};

export type RoomInfo = {
  room_id: string;
  account_id?: string;
  shop_id?: string;
  handle?: string;
  name?: string;
  avatar_url?: string;
  title?: string;
  currency?: string;
  currency_conflict?: boolean;
  timezone?: string;
  started_at?: number;
  ended_at?: number;
  reason?: string;
  totals_from: number;
  status: 'live' | 'ended';
  available: string[];
};

export type Totals = Counts & { pcu?: number; acu_sum: number; acu_n: number; online?: number; unpaid_orders?: number };

export type CatalogItem = {
  product_id: string;
  title: string;
  price_minor: number;
  stock?: number;
  image_url?: string;
  shop_id?: string;
  listed_at: number;
};

export type Marker = { id: string; ts: number; label: string; kind: string; by?: unknown };

export type OracleRoom = {
  info: RoomInfo;
  totals: Totals;
  late: number;
  duplicates: number;
  counted: number;
  /** The memory of the room was dropped for silence at least once, or is due to be: only its rows are comparable. */
  dropped: boolean;
  minutes: MinuteRow[];
  products: ProductRow[];
  sources: SourceRow[];
  pinned?: { product_id: string; since: number };
  catalog: CatalogItem[];
  markers: Marker[];
};

export type OracleResult = {
  streamTime?: number;
  ledger: Ledger;
  verdicts: OracleVerdict[];
  rooms: Map<string, OracleRoom>;
};

/** A valid event: the parsed object, with the fields its type promises. */
export type EventBody = { v: 1; id: string; type: string; room_id: string; ts: number } & Record<string, unknown>;

/** A record that concerns a room, with the stream time before and after it. */
export type RoomEvent = {
  offset: number;
  append: number;
  before: number | undefined;
  after: number | undefined;
  event: EventBody;
};

/** Stream time after one record of the partition. */
export type Moment = { offset: number; time: number };

export const MINUTE = 60_000;
export const GRACE = 120_000;
export const FUTURE = 30_000;
export const SILENCE_MINUTES = 10;
export const MEMORY_MINUTES = 1_440;

/** Start of the minute that an instant lies in. */
export function minuteOf(ts: number): number {
  return Math.floor(ts / MINUTE) * MINUTE;
}

/** Whether the minute that starts at `minute` is final at stream time `time`. */
export function isFinal(minute: number, time: number | undefined): boolean {
  return time !== undefined && time >= minute + MINUTE + GRACE;
}

/** Whether the minute that starts at `minute` is closed (or final) at stream time `time`. */
export function isClosed(minute: number, time: number | undefined): boolean {
  return time !== undefined && time >= minute + MINUTE;
}

/** Adds, stopping at the largest safe integer. */
export function addUp(a: number, b: number): number {
  return Math.min(a + b, Number.MAX_SAFE_INTEGER);
}

/** Orders texts by their UTF-8 bytes. */
export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
}

/** Orders events by event time, then by offset. */
export function byTime(a: RoomEvent, b: RoomEvent): number {
  return a.event.ts - b.event.ts || a.offset - b.offset;
}
