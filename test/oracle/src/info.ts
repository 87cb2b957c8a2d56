import { endingOf, type Span } from './life.ts';
import { byTime, type CatalogItem, type Marker, type RoomEvent, type RoomInfo } from './types.ts';

/** The event types that a metric is made from; of a list within the list any one is enough. */
const NEEDS: Record<string, (string | string[])[]> = {
  gmv: ['order.paid'],
  gmv_refunds: ['order.refunded'],
  aov: ['order.paid'],
  avg_price: ['order.paid'],
  gpm: ['order.paid', 'viewer.entered'],
  show_gpm: ['order.paid', 'product.impression'],
  created_orders: ['order.created'],
  paid_orders: ['order.paid'],
  items_sold: ['order.paid'],
  buyers: ['order.paid'],
  refund_orders: ['order.refunded'],
  refund_items: ['order.refunded'],
  unpaid_orders: ['order.created'],
  online: [['audience.snapshot', 'viewer.entered']],
  pcu: [['audience.snapshot', 'viewer.entered']],
  acu: [['audience.snapshot', 'viewer.entered']],
  views: ['viewer.entered'],
  viewers: ['viewer.entered'],
  leaves: ['viewer.left'],
  room_impressions: ['room.impression'],
  entry_rate: ['viewer.entered', 'room.impression'],
  watch_ms: ['viewer.left'],
  avg_watch: ['viewer.left'],
  avg_watch_viewer: ['viewer.left', 'viewer.entered'],
  product_impressions: ['product.impression'],
  product_clicks: ['product.clicked'],
  ctr: ['product.clicked', 'viewer.entered'],
  ctor: ['order.paid', 'product.clicked'],
  click_users: ['product.clicked'],
  impression_users: ['product.impression'],
  comments: ['comment.posted'],
  shares: ['share.sent'],
  likes: ['like.sent'],
  commenters: ['comment.posted'],
  new_followers: ['follow.created'],
  comment_rate: ['comment.posted', 'viewer.entered'],
  share_rate: ['share.sent', 'viewer.entered'],
  follow_rate: ['follow.created', 'viewer.entered'],
  like_rate: ['like.sent', 'viewer.entered'],
  engaged_viewers: [['comment.posted', 'like.sent', 'share.sent', 'follow.created']],
};

function availableOf(starts: RoomEvent[], counted: RoomEvent[]): string[] {
  const types = new Set(counted.map(({ event }) => event.type));
  for (const { event } of starts)
    for (const type of (event.event_types as string[] | null | undefined) ?? []) types.add(type);
  const has = (need: string | string[]): boolean =>
    typeof need === 'string' ? types.has(need) : need.some((type) => types.has(type));
  return Object.keys(NEEDS).filter((metric) => (NEEDS[metric] ?? []).every(has));
}

const byOffset = (a: RoomEvent, b: RoomEvent): number => a.offset - b.offset;

/** The description of a room from its counted and late events, both in offset order. */
export function infoOf(room_id: string, counted: RoomEvent[], late: RoomEvent[], spans: Span[]): RoomInfo {
  const both = [...counted, ...late].sort(byOffset);
  const starts = both.filter(({ event }) => event.type === 'room.started');
  const ends = both.filter(({ event }) => event.type === 'room.ended');
  const opening = spans[0]?.open ?? Number.NaN;
  const info: RoomInfo = {
    room_id,
    totals_from: opening,
    started_at: opening,
    status: spans.at(-1)?.end === undefined ? 'live' : 'ended',
    available: availableOf(starts, counted),
    ...endingOf(spans, counted, ends),
  };
  const first = starts[0]?.event;
  const newest = [...starts].sort(byTime).at(-1)?.event;
  const earliest = [...starts].sort(byTime)[0]?.event;
  if (first === undefined || newest === undefined || earliest === undefined) return info;
  info.started_at = earliest.ts;
  for (const name of ['account_id', 'shop_id', 'currency'] as const) {
    const value = first[name];
    if (typeof value === 'string') info[name] = value;
  }
  for (const name of ['title', 'name', 'handle', 'avatar_url', 'timezone'] as const) {
    const value = newest[name];
    if (typeof value === 'string') info[name] = value;
  }
  if (starts.some(({ event }) => event.currency !== first.currency)) info.currency_conflict = true;
  return info;
}

/** The pinned product after all events by time. */
export function pinnedOf(sorted: RoomEvent[]): { product_id: string; since: number } | undefined {
  let pinned: { product_id: string; since: number } | undefined;
  for (const { event } of sorted) {
    const product_id = String(event.product_id);
    if (event.type === 'product.pinned' && pinned?.product_id !== product_id) pinned = { product_id, since: event.ts };
    if (event.type === 'product.unpinned' && pinned?.product_id === product_id) pinned = undefined;
  }
  return pinned;
}

/** The newest listing of every product, in order of their ids. */
export function catalogOf(sorted: RoomEvent[]): CatalogItem[] {
  const items = new Map<string, CatalogItem>();
  for (const { event } of sorted) {
    if (event.type !== 'product.listed') continue;
    const item: CatalogItem = {
      product_id: String(event.product_id),
      title: String(event.title),
      price_minor: Number(event.price_minor),
      listed_at: event.ts,
    };
    if (typeof event.stock === 'number') item.stock = event.stock;
    if (typeof event.image_url === 'string') item.image_url = event.image_url;
    if (typeof event.shop_id === 'string') item.shop_id = event.shop_id;
    items.set(item.product_id, item);
  }
  return [...items.values()].sort((a, b) => Buffer.compare(Buffer.from(a.product_id), Buffer.from(b.product_id)));
}

/** Every marker, by time. */
export function markersOf(sorted: RoomEvent[]): Marker[] {
  return sorted
    .filter(({ event }) => event.type === 'marker.added')
    .map(({ event }) => ({
      id: event.id,
      ts: event.ts,
      label: String(event.label),
      kind: String(event.kind),
      ...(event.by === undefined || event.by === null ? {} : { by: event.by }),
    }));
}
