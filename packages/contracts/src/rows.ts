import type { MarkerKind } from './events/fields.ts';
import type { CountId, MetricId, MinuteMetricId } from './metrics.ts';

/** Counters and uniques of a minute or a room. Integers; money in minor units, `watch_ms` in ms. Ratios are never stored. */
export type Counts = Record<CountId, number>;

/** A level sampled once a second. `sum / n` is its mean; never stored with n = 0. */
export interface Gauge {
  readonly sum: number;
  readonly n: number;
  readonly last: number;
  readonly max: number;
}

export const PRODUCT_COUNTS = [
  'product_impressions',
  'product_clicks',
  'created_orders',
  'paid_orders',
  'items_sold',
  'gmv',
  'gmv_refunds',
  'refund_orders',
  'refund_items',
  'impression_users',
  'click_users',
  'buyers',
] as const;
export type ProductCount = (typeof PRODUCT_COUNTS)[number];
export type ProductRow = { readonly product_id: string } & Readonly<Record<ProductCount, number>>;

export const SOURCE_COUNTS = ['views', 'product_clicks', 'paid_orders', 'gmv'] as const;
export type SourceCount = (typeof SOURCE_COUNTS)[number];
export type SourceRow = { readonly source: string } & Readonly<Record<SourceCount, number>>;

export type MinuteState = 'provisional' | 'closed' | 'final';
export type Signal = 'quiet' | 'notable' | 'strong';
/** A room's condition at a closed minute; "ended" and "stale" are the reader's to add. */
export type RoomState = 'warming_up' | 'trouble' | 'peak' | 'watch' | 'steady';

/** One metric of a closed minute against its base. Absent = not available; `delta` is a share (0.12 = +12 %). */
export interface Comparison {
  readonly value: number;
  readonly base?: number;
  readonly delta?: number;
  /** Given only where it differs from the comparison's own. */
  readonly base_minutes?: number;
  readonly signal?: Signal;
  readonly z?: number;
}

export interface Headline {
  readonly metric: MetricId;
  readonly context?: 'nothing_pinned' | 'low_stock' | 'marker' | 'source' | 'factor';
  readonly params?: Readonly<Record<string, string | number>>;
}

/** A closed minute against the mean of the five before it. */
export interface Compare {
  readonly comparator: 'prev5.v1';
  readonly minute: number;
  readonly base_minutes: number;
  readonly metrics: Readonly<Partial<Record<MinuteMetricId, Comparison>>>;
  readonly state: RoomState;
  /** -1..1; see the catalogue's page. */
  readonly pulse: number;
  readonly headline?: Headline;
}

export interface MinuteRow {
  /** Start of the minute, ms. */
  readonly minute: number;
  readonly state: MinuteState;
  readonly in_life: boolean;
  /** Offset of the last record that changed the row. */
  readonly rev: number;
  readonly rules: string;
  readonly counts: Counts;
  readonly online?: Gauge;
  readonly unpaid_orders?: Gauge;
  readonly products: readonly ProductRow[];
  readonly sources: readonly SourceRow[];
  readonly compare?: Compare;
}

/** The running minute: a value, never a comparison. */
export interface NowRow {
  readonly minute: number;
  readonly counts: Counts;
  readonly online?: Gauge;
  readonly unpaid_orders?: Gauge;
}

export interface RoomInfo {
  readonly room_id: string;
  readonly account_id?: string;
  readonly shop_id?: string;
  readonly handle?: string;
  readonly name?: string;
  readonly avatar_url?: string;
  readonly title?: string;
  readonly currency?: string;
  readonly currency_conflict?: true;
  readonly timezone?: string;
  readonly started_at?: number;
  readonly ended_at?: number;
  readonly reason?: string;
  readonly totals_from: number;
  readonly status: 'live' | 'ended';
  readonly available: readonly MetricId[];
  /** Room uniques that are lower bounds, because the room outgrew the users' cap. */
  readonly at_least?: readonly MetricId[];
}

/** Whole-room numbers. `acu_sum / acu_n` is the mean of `online`; `online` and `unpaid_orders` are present levels. */
export type Totals = Counts & {
  pcu?: number;
  acu_sum: number;
  acu_n: number;
  online?: number;
  unpaid_orders?: number;
};

/** `live.minutes`: a row on close, on each change after it, on final. `at` = append time of `rev`, ms. */
export interface MinuteRecord {
  readonly v: 1;
  readonly kind: 'minute';
  readonly generation: number;
  readonly at: number;
  readonly room_id: string;
  readonly account_id?: string;
  readonly row: MinuteRow;
}

/** `live.minutes`: the room at each close, at each change of `info`, at its end and when its end is final. */
export interface RoomRecord {
  readonly v: 1;
  readonly kind: 'room';
  readonly generation: number;
  readonly rev: number;
  readonly at: number;
  readonly info: RoomInfo;
  readonly totals: Totals;
  readonly late: number;
}

/** Where every record of a partition went: `in` is the sum of all others. */
export interface Ledger {
  in: number;
  counted: number;
  duplicate: number;
  late: number;
  quarantined: number;
  forwarded: number;
  ignored: number;
  ticks: number;
}

export interface Marker {
  readonly id: string;
  readonly ts: number;
  readonly label: string;
  readonly kind: MarkerKind;
  readonly by?: string | Readonly<Record<string, unknown>>;
}

export interface CatalogItem {
  readonly product_id: string;
  readonly title: string;
  readonly price_minor: number;
  readonly stock?: number;
  readonly image_url?: string;
  readonly shop_id?: string;
  readonly listed_at: number;
}

export interface CommentItem {
  readonly id: string;
  readonly user_id: string;
  readonly text: string;
  readonly ts: number;
  readonly repeats?: number;
  readonly question?: true;
}

export interface Pinned {
  readonly product_id: string;
  readonly since: number;
}

/** How sound a room's data is. Lag is the reader's to compute: server time less `stream_time`. */
export interface RoomHealth {
  readonly stream_time: number;
  readonly counted: number;
  readonly late: number;
  readonly duplicates: number;
  readonly gap?: true;
  readonly last_event_at: number;
  readonly host_present?: boolean;
}

/** What was refused, with the bytes (at most the first 64 KiB, base64). `detail` names field and rule. */
export interface QuarantineRecord {
  readonly reason: string;
  readonly detail: string;
  readonly generation: number;
  readonly partition: number;
  readonly offset: number;
  readonly append: number;
  readonly bytes_b64: string;
  readonly size: number;
}
