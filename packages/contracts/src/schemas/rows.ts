import { z } from 'zod';
import { MARKER_KINDS } from '../events/fields.ts';
import { roomId } from '../feed.ts';
import {
  COUNT_IDS,
  type CountId,
  GAUGES,
  type MetricId,
  type MinuteMetricId,
  RATIOS,
  ROOM_METRICS,
} from '../metrics.ts';
import type {
  CatalogItem,
  CommentItem,
  Compare,
  Comparison,
  Counts,
  Gauge,
  Headline,
  Marker,
  MinuteRow,
  NowRow,
  Pinned,
  ProductRow,
  RoomHealth,
  RoomInfo,
  SourceRow,
  Totals,
} from '../rows.ts';
import { PRODUCT_COUNTS, SOURCE_COUNTS } from '../rows.ts';

/** Shapes of what the product answers with, for documents and for clients that check what they read. */

export const instant = z.int().min(0).meta({ description: 'ms since 1970 UTC' });
export const count = z.int().min(0);

const minuteMetricIds: readonly MinuteMetricId[] = [...COUNT_IDS, ...GAUGES, ...RATIOS];
const metricId = z.enum([...minuteMetricIds, ...ROOM_METRICS]) satisfies z.ZodType<MetricId>;

const countOf = <Id extends string>(ids: readonly Id[]): Record<Id, typeof count> =>
  Object.fromEntries(ids.map((id) => [id, count])) as Record<Id, typeof count>;
const counts = z
  .object(countOf<CountId>(COUNT_IDS))
  .meta({ id: 'Counts', description: 'money in minor units' }) satisfies z.ZodType<Counts>;

const gauge = z
  .object({ sum: z.number(), n: z.int().min(1), last: z.number(), max: z.number() })
  .meta({ id: 'Gauge', description: 'a level sampled once a second; its mean is sum / n' }) satisfies z.ZodType<Gauge>;

export const productRow = z
  .object({ product_id: z.string(), ...countOf(PRODUCT_COUNTS) })
  .meta({ id: 'ProductRow' }) satisfies z.ZodType<ProductRow>;

export const sourceRow = z
  .object({ source: z.string(), ...countOf(SOURCE_COUNTS) })
  .meta({ id: 'SourceRow' }) satisfies z.ZodType<SourceRow>;

const comparison = z
  .object({
    value: z.number(),
    base: z.number().exactOptional(),
    delta: z.number().exactOptional().meta({ description: 'a share: 0.12 is +12 %' }),
    base_minutes: z.int().exactOptional().meta({ description: 'where it differs from that of the whole' }),
    signal: z.enum(['quiet', 'notable', 'strong']).exactOptional(),
    z: z.number().exactOptional(),
  })
  .meta({ id: 'Comparison' }) satisfies z.ZodType<Comparison>;

const headline = z
  .object({
    metric: metricId,
    context: z.enum(['nothing_pinned', 'low_stock', 'marker', 'source', 'factor']).exactOptional(),
    params: z.record(z.string(), z.union([z.string(), z.number()])).exactOptional(),
  })
  .meta({ id: 'Headline' }) satisfies z.ZodType<Headline>;

export const compare = z
  .object({
    comparator: z.literal('prev5.v1'),
    minute: instant,
    base_minutes: z.int().min(0).max(5),
    metrics: z.partialRecord(z.enum(minuteMetricIds), comparison),
    state: z.enum(['warming_up', 'trouble', 'peak', 'watch', 'steady']),
    pulse: z.number().min(-1).max(1),
    headline: headline.exactOptional(),
  })
  .meta({
    id: 'Compare',
    description: 'a closed minute against the mean of the five before it',
  }) satisfies z.ZodType<Compare>;

export const minuteRow = z
  .object({
    minute: instant,
    state: z.enum(['provisional', 'closed', 'final']),
    in_life: z.boolean(),
    rev: z.int().meta({ description: 'offset of the last record that changed the row' }),
    rules: z.string(),
    counts,
    online: gauge.exactOptional(),
    unpaid_orders: gauge.exactOptional(),
    products: z.array(productRow).readonly(),
    sources: z.array(sourceRow).readonly(),
    compare: compare.exactOptional(),
  })
  .meta({ id: 'MinuteRow' }) satisfies z.ZodType<MinuteRow>;

export const nowRow = z
  .object({ minute: instant, counts, online: gauge.exactOptional(), unpaid_orders: gauge.exactOptional() })
  .meta({ id: 'NowRow', description: 'the running minute: a value, never a comparison' }) satisfies z.ZodType<NowRow>;

export const roomInfo = z
  .object({
    room_id: roomId,
    account_id: z.string().exactOptional(),
    shop_id: z.string().exactOptional(),
    handle: z.string().exactOptional(),
    name: z.string().exactOptional(),
    avatar_url: z.string().exactOptional(),
    title: z.string().exactOptional(),
    currency: z.string().exactOptional(),
    currency_conflict: z.literal(true).exactOptional(),
    timezone: z.string().exactOptional(),
    started_at: instant.exactOptional(),
    ended_at: instant.exactOptional(),
    reason: z.string().exactOptional(),
    totals_from: instant,
    status: z.enum(['live', 'ended']),
    available: z.array(metricId).readonly(),
    at_least: z.array(metricId).readonly().exactOptional(),
  })
  .meta({ id: 'RoomInfo' }) satisfies z.ZodType<RoomInfo>;

export const totals = z
  .object({
    ...countOf<CountId>(COUNT_IDS),
    pcu: z.number().exactOptional(),
    acu_sum: z.number(),
    acu_n: z.int(),
    online: z.number().exactOptional(),
    unpaid_orders: z.number().exactOptional(),
  })
  .meta({ id: 'Totals' }) satisfies z.ZodType<Totals>;

export const marker = z
  .object({
    id: z.string(),
    ts: instant,
    label: z.string(),
    kind: z.enum(MARKER_KINDS),
    by: z.union([z.string(), z.record(z.string(), z.unknown())]).exactOptional(),
  })
  .meta({ id: 'Marker' }) satisfies z.ZodType<Marker>;

export const catalogItem = z
  .object({
    product_id: z.string(),
    title: z.string(),
    price_minor: z.int(),
    stock: z.int().exactOptional(),
    image_url: z.string().exactOptional(),
    shop_id: z.string().exactOptional(),
    listed_at: instant,
  })
  .meta({ id: 'CatalogItem' }) satisfies z.ZodType<CatalogItem>;

export const commentItem = z
  .object({
    id: z.string(),
    user_id: z.string(),
    text: z.string(),
    ts: instant,
    repeats: z.int().exactOptional(),
    question: z.literal(true).exactOptional(),
  })
  .meta({ id: 'CommentItem' }) satisfies z.ZodType<CommentItem>;

export const pinned = z
  .object({ product_id: z.string(), since: instant })
  .meta({ id: 'Pinned' }) satisfies z.ZodType<Pinned>;

export const roomHealth = z
  .object({
    stream_time: instant,
    counted: count,
    late: count,
    duplicates: count,
    gap: z.literal(true).exactOptional(),
    last_event_at: instant,
    host_present: z.boolean().exactOptional(),
  })
  .meta({
    id: 'RoomHealth',
    description: 'lag is the reader’s: server time less stream_time',
  }) satisfies z.ZodType<RoomHealth>;
