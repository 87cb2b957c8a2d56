import {
  addUp,
  byBytes,
  COUNT_NAMES,
  type CountName,
  type Counts,
  type ProductRow,
  type RoomEvent,
  type SourceRow,
} from './types.ts';

type Line = { key: string; product: string; quantity: number; amount: number };
type ProductNumber = Exclude<keyof ProductRow, 'product_id' | 'impression_users' | 'click_users' | 'buyers'>;
type ProductUnique = 'impression_users' | 'click_users' | 'buyers';
type SourceNumber = Exclude<keyof SourceRow, 'source'>;

/** What one counted event adds. A unique is a name with a user; adding it twice changes nothing. */
export type Effect = {
  event: RoomEvent;
  counters: [CountName, number][];
  uniques: [CountName, string][];
  products: [string, ProductNumber, number][];
  productUniques: [string, ProductUnique, string][];
  sources: [string, SourceNumber, number][];
  /** Lines of an order that this event opened or closed first, for the unpaid gauge. */
  created: string[];
  closed: string[];
};

/** The lines of an order event, those with the same key merged; the first one names the product. */
function linesOf(items: unknown): Line[] {
  const lines = new Map<string, Line>();
  for (const item of items as Record<string, unknown>[]) {
    const product = String(item.product_id);
    const named = typeof item.line_id === 'string';
    const sku = typeof item.sku_id === 'string' ? item.sku_id : null;
    const key = named ? JSON.stringify(['line', item.line_id]) : JSON.stringify(['pair', product, sku]);
    const line = lines.get(key) ?? { key, product, quantity: 0, amount: 0 };
    line.quantity = addUp(line.quantity, Number(item.quantity));
    line.amount = addUp(line.amount, Number(item.amount_minor));
    lines.set(key, line);
  }
  return [...lines.values()];
}

const ENGAGING = new Set(['comment.posted', 'like.sent', 'share.sent', 'follow.created']);

/** The effects of a room's counted events; `counted` is in offset order, which settles who was first. */
export function effectsOf(counted: RoomEvent[]): Effect[] {
  const taken = new Set<string>();
  const closedLines = new Set<string>();
  const newestEntry = new Map<string, string>();
  const first = (what: string, line: string): boolean => {
    const key = `${what} ${line}`;
    if (taken.has(key)) return false;
    taken.add(key);
    return true;
  };
  return counted.map((roomEvent): Effect => {
    const { event } = roomEvent;
    const { type } = event;
    const effect: Effect = {
      event: roomEvent,
      counters: [],
      uniques: [],
      products: [],
      productUniques: [],
      sources: [],
      created: [],
      closed: [],
    };
    const user = String(event.user_id);
    const product = String(event.product_id);
    const source = newestEntry.get(user) ?? 'unknown';
    if (ENGAGING.has(type)) effect.uniques.push(['engaged_viewers', user]);
    if (type === 'viewer.entered') {
      newestEntry.set(user, String(event.source));
      effect.counters.push(['views', 1]);
      effect.uniques.push(['viewers', user]);
      effect.sources.push([String(event.source), 'views', 1]);
    } else if (type === 'viewer.left') {
      effect.counters.push(['leaves', 1], ['watch_ms', Number(event.watch_ms)]);
    } else if (type === 'room.impression') {
      effect.counters.push(['room_impressions', Number(event.count)]);
    } else if (type === 'comment.posted') {
      effect.counters.push(['comments', 1]);
      effect.uniques.push(['commenters', user]);
    } else if (type === 'like.sent') {
      effect.counters.push(['likes', Number(event.count)]);
    } else if (type === 'share.sent') {
      effect.counters.push(['shares', 1]);
    } else if (type === 'follow.created') {
      effect.counters.push(['new_followers', 1]);
    } else if (type === 'product.impression') {
      effect.counters.push(['product_impressions', 1]);
      effect.uniques.push(['impression_users', user]);
      effect.products.push([product, 'product_impressions', 1]);
      effect.productUniques.push([product, 'impression_users', user]);
    } else if (type === 'product.clicked') {
      effect.counters.push(['product_clicks', 1]);
      effect.uniques.push(['click_users', user]);
      effect.products.push([product, 'product_clicks', 1]);
      effect.productUniques.push([product, 'click_users', user]);
      effect.sources.push([source, 'product_clicks', 1]);
    } else if (type === 'order.created' || type === 'order.paid' || type === 'order.cancelled') {
      for (const line of linesOf(event.items)) {
        const name = JSON.stringify([event.order_id, line.key]);
        const effective = first(type, name);
        if (type === 'order.created') {
          if (!effective) continue;
          effect.created.push(name);
          effect.counters.push(['created_orders', 1]);
          effect.products.push([line.product, 'created_orders', 1]);
          continue;
        }
        if (!closedLines.has(name)) {
          closedLines.add(name);
          effect.closed.push(name);
        }
        if (type === 'order.cancelled' || !effective) continue;
        effect.counters.push(['paid_orders', 1], ['items_sold', line.quantity], ['gmv', line.amount]);
        effect.uniques.push(['buyers', user]);
        effect.products.push(
          [line.product, 'paid_orders', 1],
          [line.product, 'items_sold', line.quantity],
          [line.product, 'gmv', line.amount],
        );
        effect.productUniques.push([line.product, 'buyers', user]);
        effect.sources.push([source, 'paid_orders', 1], [source, 'gmv', line.amount]);
      }
    } else if (type === 'order.refunded') {
      for (const line of linesOf(event.items)) {
        effect.counters.push(['refund_orders', 1], ['refund_items', line.quantity], ['gmv_refunds', line.amount]);
        effect.products.push(
          [line.product, 'refund_orders', 1],
          [line.product, 'refund_items', line.quantity],
          [line.product, 'gmv_refunds', line.amount],
        );
      }
    }
    return effect;
  });
}

export type Tally = { counts: Counts; products: ProductRow[]; sources: SourceRow[] };

/** All numbers at zero. */
function noCounts(): Counts {
  return Object.fromEntries(COUNT_NAMES.map((name) => [name, 0])) as Counts;
}

function noProduct(product_id: string): ProductRow {
  return {
    product_id,
    product_impressions: 0,
    product_clicks: 0,
    created_orders: 0,
    paid_orders: 0,
    items_sold: 0,
    gmv: 0,
    gmv_refunds: 0,
    refund_orders: 0,
    refund_items: 0,
    impression_users: 0,
    click_users: 0,
    buyers: 0,
  };
}

/** Adds effects up: of one minute for its row, of all for the totals. */
export function tally(effects: Effect[]): Tally {
  const counts = noCounts();
  const products = new Map<string, ProductRow>();
  const sources = new Map<string, SourceRow>();
  const met = new Set<string>();
  const isNew = (...parts: string[]): boolean => {
    const key = JSON.stringify(parts);
    if (met.has(key)) return false;
    met.add(key);
    return true;
  };
  const productRow = (id: string): ProductRow => {
    const row = products.get(id) ?? noProduct(id);
    products.set(id, row);
    return row;
  };
  for (const effect of effects) {
    for (const [name, amount] of effect.counters) counts[name] = addUp(counts[name], amount);
    for (const [name, user] of effect.uniques) if (isNew('room', name, user)) counts[name] += 1;
    for (const [id, name, amount] of effect.products) {
      const row = productRow(id);
      row[name] = addUp(row[name], amount);
    }
    for (const [id, name, user] of effect.productUniques) {
      if (isNew('product', id, name, user)) productRow(id)[name] += 1;
    }
    for (const [source, name, amount] of effect.sources) {
      const row = sources.get(source) ?? { source, views: 0, product_clicks: 0, paid_orders: 0, gmv: 0 };
      row[name] = addUp(row[name], amount);
      sources.set(source, row);
    }
  }
  return {
    counts,
    products: [...products.values()].sort((a, b) => byBytes(a.product_id, b.product_id)),
    sources: [...sources.values()].sort((a, b) => byBytes(a.source, b.source)),
  };
}
