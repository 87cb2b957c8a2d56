import type { EventType } from './events/fields.ts';

export type MetricKind = 'counter' | 'unique' | 'gauge' | 'ratio';
export type MetricUnit = 'money' | 'count' | 'ms' | 'share' | 'money_per_event' | 'ms_per_event';

export const COUNTERS = [
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
] as const;
export const UNIQUES = [
  'viewers',
  'buyers',
  'commenters',
  'click_users',
  'impression_users',
  'engaged_viewers',
] as const;
export const GAUGES = ['online', 'unpaid_orders'] as const;
export const RATIOS = [
  'aov',
  'avg_price',
  'gpm',
  'show_gpm',
  'entry_rate',
  'avg_watch',
  'ctr',
  'ctor',
  'comment_rate',
  'share_rate',
  'follow_rate',
  'like_rate',
] as const;
/** Of the whole stream only: they have no minute value. */
export const ROOM_METRICS = ['pcu', 'acu', 'avg_watch_viewer'] as const;

export type Counter = (typeof COUNTERS)[number];
export type Unique = (typeof UNIQUES)[number];
export type GaugeId = (typeof GAUGES)[number];
export type Ratio = (typeof RATIOS)[number];
export type CountId = Counter | Unique;
export type MinuteMetricId = CountId | GaugeId | Ratio;
export type MetricId = MinuteMetricId | (typeof ROOM_METRICS)[number];

export const COUNT_IDS: readonly CountId[] = [...COUNTERS, ...UNIQUES];

/** How the noise of one minute is judged (`signal.v1`). `by`: the count whose noise stands for the metric's. */
export type NoiseModel =
  | { readonly model: 'count' }
  | { readonly model: 'by_count'; readonly by: CountId }
  | { readonly model: 'ratio_of_counts' }
  | { readonly model: 'per_event'; readonly by: CountId }
  | { readonly model: 'level' };

/** One metric of the catalogue: the only place where it is defined. */
export interface Metric {
  readonly id: MetricId;
  readonly label: string;
  readonly kind: MetricKind;
  readonly unit: MetricUnit;
  /** Which direction is good news: decides the colour, never the arrow. */
  readonly better: 'up' | 'down' | 'none';
  /** Ratios: `num / den * factor`. */
  readonly formula?: { readonly num: CountId; readonly den: CountId; readonly factor: number };
  /** Event types without which the metric is not available. `any`: one of them is enough. */
  readonly needs: { readonly all?: readonly EventType[]; readonly any?: readonly EventType[] };
  readonly noise?: NoiseModel;
  readonly definition: string;
  readonly version: 1;
}

type Needs = Metric['needs'];
const all = (...types: EventType[]): Needs => ({ all: types });

const paid = all('order.paid');
const created = all('order.created');
const refunded = all('order.refunded');
const entered = all('viewer.entered');
const engaging: Needs = { any: ['comment.posted', 'like.sent', 'share.sent', 'follow.created'] };
const audience: Needs = { any: ['audience.snapshot', 'viewer.entered'] };

const counted = (
  id: CountId,
  label: string,
  unit: MetricUnit,
  better: Metric['better'],
  needs: Needs,
  definition: string,
  noise: NoiseModel = { model: 'count' },
): Metric => ({
  id,
  label,
  kind: (UNIQUES as readonly string[]).includes(id) ? 'unique' : 'counter',
  unit,
  better,
  needs,
  noise,
  definition,
  version: 1,
});

const ratio = (
  id: Ratio | 'avg_watch_viewer',
  label: string,
  unit: MetricUnit,
  num: CountId,
  den: CountId,
  needs: Needs,
  definition: string,
  noise: NoiseModel = { model: 'ratio_of_counts' },
  factor = 1,
): Metric => ({
  id,
  label,
  kind: 'ratio',
  unit,
  better: 'up',
  formula: { num, den, factor },
  needs,
  noise,
  definition,
  version: 1,
});

const perOrder: NoiseModel = { model: 'per_event', by: 'paid_orders' };

/** The metric catalogue: labels, columns, availability, formulas and docs derive from it. */
export const CATALOGUE: readonly Metric[] = [
  counted(
    'gmv',
    'GMV',
    'money',
    'up',
    paid,
    'Sum of the amounts of paid SKU orders, including what is cancelled or refunded later.',
    {
      model: 'by_count',
      by: 'paid_orders',
    },
  ),
  counted(
    'gmv_refunds',
    'Refunded GMV',
    'money',
    'down',
    refunded,
    'Sum of refunded amounts, at the time of the refund.',
    {
      model: 'by_count',
      by: 'refund_orders',
    },
  ),
  counted(
    'created_orders',
    'Created orders',
    'count',
    'up',
    created,
    'SKU orders created: one per distinct line of an order.',
  ),
  counted('paid_orders', 'Paid orders', 'count', 'up', paid, 'SKU orders paid: per order and line, the first payment.'),
  counted('items_sold', 'Items sold', 'count', 'up', paid, 'Sum of quantities over paid SKU orders.'),
  counted(
    'refund_orders',
    'Refunded orders',
    'count',
    'down',
    refunded,
    'Lines of refunds; two partial refunds of a line are two.',
  ),
  counted('refund_items', 'Refunded items', 'count', 'down', refunded, 'Quantities of refunds.'),
  counted('views', 'Views', 'count', 'up', entered, 'Entries into the room.'),
  counted('leaves', 'Leaves', 'count', 'down', all('viewer.left'), 'Departures from the room.'),
  counted(
    'watch_ms',
    'Watch time',
    'ms',
    'up',
    all('viewer.left'),
    'Sum of watch time, counted when the viewer leaves.',
    {
      model: 'by_count',
      by: 'leaves',
    },
  ),
  counted(
    'room_impressions',
    'Room impressions',
    'count',
    'up',
    all('room.impression'),
    'Times the room was shown in a feed.',
  ),
  counted(
    'product_impressions',
    'Product impressions',
    'count',
    'up',
    all('product.impression'),
    'Times a product was shown.',
  ),
  counted('product_clicks', 'Product clicks', 'count', 'up', all('product.clicked'), 'Clicks on products.'),
  counted('comments', 'Comments', 'count', 'up', all('comment.posted'), 'Comments posted.'),
  counted('likes', 'Likes', 'count', 'up', all('like.sent'), 'Likes sent, each tap counted.'),
  counted('shares', 'Shares', 'count', 'up', all('share.sent'), 'Times the room was shared.'),
  counted('new_followers', 'New followers', 'count', 'up', all('follow.created'), 'Follows that began in the room.'),
  counted('viewers', 'Viewers', 'count', 'up', entered, 'Distinct users who entered.'),
  counted('buyers', 'Buyers', 'count', 'up', paid, 'Distinct users with a paid order, also if refunded later.'),
  counted('commenters', 'Commenters', 'count', 'up', all('comment.posted'), 'Distinct users who commented.'),
  counted('click_users', 'Clickers', 'count', 'up', all('product.clicked'), 'Distinct users who clicked a product.'),
  counted(
    'impression_users',
    'Reached users',
    'count',
    'up',
    all('product.impression'),
    'Distinct users who were shown a product.',
  ),
  counted(
    'engaged_viewers',
    'Engaged viewers',
    'count',
    'up',
    engaging,
    'Distinct users who commented, liked, shared or followed.',
  ),
  {
    id: 'online',
    label: 'Online now',
    kind: 'gauge',
    unit: 'count',
    better: 'up',
    needs: audience,
    noise: { model: 'level' },
    definition:
      'People in the room, sampled each second: the last snapshot, or before the first one entries less departures.',
    version: 1,
  },
  {
    id: 'unpaid_orders',
    label: 'Unpaid orders',
    kind: 'gauge',
    unit: 'count',
    better: 'down',
    needs: created,
    noise: { model: 'level' },
    definition: 'SKU orders created and neither paid nor cancelled, sampled each second.',
    version: 1,
  },
  ratio('aov', 'Order value', 'money_per_event', 'gmv', 'paid_orders', paid, 'GMV per paid SKU order.', perOrder),
  ratio('avg_price', 'Average price', 'money_per_event', 'gmv', 'items_sold', paid, 'GMV per item sold.', perOrder),
  ratio(
    'gpm',
    'Watch GPM',
    'money_per_event',
    'gmv',
    'views',
    all('order.paid', 'viewer.entered'),
    'GMV per thousand views.',
    perOrder,
    1000,
  ),
  ratio(
    'show_gpm',
    'Show GPM',
    'money_per_event',
    'gmv',
    'product_impressions',
    all('order.paid', 'product.impression'),
    'GMV per thousand product impressions.',
    perOrder,
    1000,
  ),
  ratio(
    'entry_rate',
    'Entry rate',
    'share',
    'views',
    'room_impressions',
    all('viewer.entered', 'room.impression'),
    'Views per room impression.',
  ),
  ratio(
    'avg_watch',
    'Avg watch',
    'ms_per_event',
    'watch_ms',
    'leaves',
    all('viewer.left'),
    'Watch time per view, over views that ended.',
    { model: 'per_event', by: 'leaves' },
  ),
  ratio(
    'ctr',
    'Product CTR',
    'share',
    'product_clicks',
    'views',
    all('product.clicked', 'viewer.entered'),
    'Product clicks per view; of a product: clicks per product impression.',
  ),
  ratio(
    'ctor',
    'C_O',
    'share',
    'paid_orders',
    'product_clicks',
    all('order.paid', 'product.clicked'),
    'Paid SKU orders per product click.',
  ),
  ratio(
    'comment_rate',
    'Comment rate',
    'share',
    'comments',
    'views',
    all('comment.posted', 'viewer.entered'),
    'Comments per view.',
  ),
  ratio(
    'share_rate',
    'Share rate',
    'share',
    'shares',
    'views',
    all('share.sent', 'viewer.entered'),
    'Shares per view.',
  ),
  ratio(
    'follow_rate',
    'Follow rate',
    'share',
    'new_followers',
    'views',
    all('follow.created', 'viewer.entered'),
    'New followers per view.',
  ),
  ratio('like_rate', 'Like rate', 'share', 'likes', 'views', all('like.sent', 'viewer.entered'), 'Likes per view.'),
  {
    id: 'pcu',
    label: 'Peak online',
    kind: 'gauge',
    unit: 'count',
    better: 'up',
    needs: audience,
    definition: 'The highest second of online in the room’s life.',
    version: 1,
  },
  {
    id: 'acu',
    label: 'Average online',
    kind: 'gauge',
    unit: 'count',
    better: 'up',
    needs: audience,
    definition: 'The mean over all seconds of online in the room’s life.',
    version: 1,
  },
  ratio(
    'avg_watch_viewer',
    'Avg watch per viewer',
    'ms_per_event',
    'watch_ms',
    'viewers',
    all('viewer.left', 'viewer.entered'),
    'Watch time per distinct viewer; of the whole stream only.',
  ),
];

const byId = new Map(CATALOGUE.map((metric) => [metric.id, metric]));

/** The catalogue's entry. @throws Error for an id that it does not have. */
export const metric = (id: MetricId): Metric => {
  const found = byId.get(id);
  if (found === undefined) throw new Error(`no metric ${id}`);
  return found;
};

/** The metrics that a source can fill, given the event types that it declared or sent; in catalogue order. */
export const availableMetrics = (types: ReadonlySet<string>): MetricId[] =>
  CATALOGUE.filter(
    ({ needs }) =>
      (needs.all === undefined || needs.all.every((type) => types.has(type))) &&
      (needs.any === undefined || needs.any.some((type) => types.has(type))),
  ).map(({ id }) => id);

/** A ratio's value, or undefined where its denominator is 0. */
export const ratioOf = (id: Ratio, num: number, den: number): number | undefined => {
  const formula = metric(id).formula;
  return formula === undefined || den === 0 ? undefined : (num / den) * formula.factor;
};
