import { toDateTime } from '../time.ts';

export type EventVerdict = 'counted' | 'duplicate' | 'late' | 'ignored';

export interface EventRow {
  readonly room_id: string;
  readonly ts: string;
  readonly generation: number;
  readonly partition: number;
  readonly offset: number;
  readonly verdict: EventVerdict;
  readonly event_id: string;
  readonly appended: string;
  readonly type: string;
  readonly user_id: string;
  readonly order_id: string;
  readonly product_ids: readonly string[];
  readonly raw: string;
}

/** A record of `live.events` at its place in the log. `append` is the broker's time, ms. */
export interface PlacedRecord {
  readonly partition: number;
  readonly offset: number;
  readonly append: number;
  readonly value: Uint8Array | null;
}

/** What of an event stands in columns of its own. */
export interface EventFields {
  readonly id: string;
  readonly type: string;
  readonly room_id: string;
  readonly ts: number;
  readonly user_id?: unknown;
  readonly order_id?: unknown;
  readonly product_id?: unknown;
  readonly items?: unknown;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
/** ClickHouse refuses an insert that holds half a surrogate pair, and with it every row beside it; `raw` keeps the truth. */
const text = (value: unknown): string => (typeof value === 'string' ? value.toWellFormed() : '');

const productsOf = ({ product_id, items }: EventFields): string[] => {
  const of = Array.isArray(items)
    ? items.map((item: { readonly product_id?: unknown } | null) => item?.product_id)
    : [];
  return [...new Set([product_id, ...of].filter((id) => typeof id === 'string').map(text))];
};

/**
 * The row of an event that was not refused. Events whose type begins with `x.` may hold anything in any field: what is
 * not text is left out of the columns, and all of it stands in `raw`.
 */
export const eventRow = (
  verdict: EventVerdict,
  event: EventFields,
  { partition, offset, append, value }: PlacedRecord,
  generation: number,
): EventRow => ({
  room_id: event.room_id,
  ts: toDateTime(event.ts),
  generation,
  partition,
  offset,
  verdict,
  event_id: text(event.id),
  appended: toDateTime(append),
  type: text(event.type),
  user_id: text(event.user_id),
  order_id: text(event.order_id),
  product_ids: productsOf(event),
  raw: decoder.decode(value ?? new Uint8Array()),
});
