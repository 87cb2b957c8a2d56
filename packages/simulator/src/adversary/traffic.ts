import { SIM_SOURCES } from '../events.ts';
import type { Random } from '../random.ts';

/** An event without its envelope. */
export interface Draft {
  type: string;
  body: Record<string, unknown>;
}

/** Ids that look like members of objects, like array indexes, or sort differently by UTF-16 and by UTF-8. */
const ODD_IDS = [
  '__proto__',
  '10',
  'constructor',
  '2',
  'toString',
  '\uff61',
  '😀',
  'é',
  'e\u0301',
  'i'.repeat(64),
  '😀'.repeat(64),
];
const SKUS = [undefined, undefined, 's1', 's2', '10', null];
const LINES = [undefined, undefined, 'l1', 'l2', '__proto__', null];
const SHOWN = ['p1', 'p2', 'p3', 'p4'];
const KINDS = [
  ['viewer.entered', 20],
  ['viewer.left', 12],
  ['audience.snapshot', 5],
  ['room.impression', 6],
  ['comment.posted', 8],
  ['like.sent', 6],
  ['share.sent', 2],
  ['follow.created', 3],
  ['product.listed', 2],
  ['product.pinned', 1],
  ['product.unpinned', 1],
  ['product.impression', 9],
  ['product.clicked', 9],
  ['order.created', 8],
  ['order.paid', 8],
  ['order.cancelled', 3],
  ['order.refunded', 2],
  ['marker.added', 1],
  ['x.experiment', 1],
] as const;
const WEIGHTS = KINDS.map(([, weight]) => weight);

/**
 * Draws events that collide on purpose: few users, products, orders and lines, so that orders are paid before they are
 * created, paid twice with other lines, cancelled and then paid, and refunded without being known.
 */
export function createTraffic(random: Random, options: { snapshots: boolean; huge: boolean }): () => Draft {
  let newestOrder = 5;
  const id = (plain: string): string => (random.chance(0.08) ? random.pick(ODD_IDS) : plain);
  const user = (): string => id(`u-${random.int(40)}`);
  const product = (): string => id(random.pick(SHOWN));
  const order = (): string => {
    if (random.chance(0.4)) newestOrder++;
    return id(`o-${Math.max(0, newestOrder + 2 - random.int(12))}`);
  };
  const amount = (): number =>
    options.huge ? 1_000_000_000_000 : random.weighted([1, 90, 9]) === 0 ? 0 : 100 * (1 + random.int(5_000));
  const items = (refund: boolean): Record<string, unknown>[] => {
    const many = options.huge && random.chance(0.5);
    const n = many ? 300 : 1 + random.weighted([50, 25, 15, 10]);
    return Array.from({ length: n }, (_, i) => ({
      product_id: product(),
      sku_id: random.pick(SKUS),
      line_id: many ? `m${i}` : random.pick(LINES),
      quantity: options.huge ? 1_000_000 : refund && random.chance(0.2) ? 0 : 1 + random.int(4),
      amount_minor: amount(),
      ...(random.chance(0.1) ? { shop_id: 'shop-x', commission_minor: 5, collab: 'open' } : {}),
    }));
  };
  const body = (type: string): Record<string, unknown> => {
    const user_id = user();
    switch (type) {
      case 'viewer.entered':
        return { user_id, source: random.pick(SIM_SOURCES) };
      case 'viewer.left':
        return { user_id, watch_ms: options.huge ? 1_000_000_000 : random.int(400_000) };
      case 'audience.snapshot':
        return { online: random.int(random.chance(0.1) ? 100_000_001 : 900) };
      case 'room.impression':
        return { count: 1 + random.int(options.huge ? 1_000_000 : 50), user_id: random.chance(0.5) ? user_id : null };
      case 'comment.posted':
        return {
          user_id,
          text: random.pick(['', 'halo', '😀'.repeat(500), 'كم السعر؟', '"\\\u0000\u2028', '這個多少錢']),
        };
      case 'like.sent':
        return { user_id, count: 1 + random.int(options.huge ? 1_000_000 : 9) };
      case 'product.listed':
        return {
          product_id: product(),
          title: random.pick(['A', '', 'Kain 😀']),
          price_minor: random.int(9_000),
          stock: null,
        };
      case 'product.pinned':
      case 'product.unpinned':
        return { product_id: product() };
      case 'product.impression':
      case 'product.clicked':
        return { user_id, product_id: product() };
      case 'order.created':
      case 'order.paid':
      case 'order.cancelled':
        return {
          order_id: order(),
          user_id,
          items: items(false),
          ...(random.chance(0.1) ? { attribution: 'live' } : {}),
        };
      case 'order.refunded':
        return { order_id: order(), user_id, refund_id: id('r'), items: items(true) };
      case 'marker.added':
        return { label: 'Giveaway', kind: 'giveaway', by: random.pick([undefined, 'host', { name: 'Ana' }]) };
      default:
        return { user_id, anything: [1, { deep: null }] };
    }
  };
  return () => {
    const type = (KINDS[random.weighted(WEIGHTS)] as (typeof KINDS)[number])[0];
    if (type === 'audience.snapshot' && !options.snapshots)
      return { type: 'viewer.entered', body: body('viewer.entered') };
    return { type, body: body(type) };
  };
}
