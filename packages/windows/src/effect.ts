import {
  addCapped,
  type CountId,
  ENTRY_SOURCES,
  type LiveEvent,
  minuteOf,
  type OrderEvent,
  type ProductCount,
  type RoomStarted,
  RULES,
} from '@liveboard/contracts';
import { authorText } from './author.ts';
import { HASH, pairWith } from './hash.ts';
import { findId, putId, setFlag } from './id-table.ts';
import { createSlots, noteEntered, noteLeft, noteSnapshot, noteUnpaid, type Slots } from './levels.ts';
import { noteActivity } from './life.ts';
import {
  AT,
  hashInRoom,
  LINE,
  type Minute,
  minuteFor,
  P_AT,
  type Product,
  type Room,
  SOURCE_SHIFT,
  type Unsaid,
  USER,
} from './room.ts';

/** The tenth source: users who were never seen entering. */
const UNKNOWN_SOURCE = ENTRY_SOURCES.length;
const KEPT_COMMENTS = 50;
const KEPT_MARKERS = 200;

interface At {
  readonly room: Room;
  readonly minute: Minute;
  readonly unsaid: Unsaid;
  readonly offset: number;
}

const slotsOf = (minute: Minute): Slots => {
  minute.slots ??= createSlots();
  return minute.slots;
};

const count = ({ room, minute }: At, id: CountId, by: number): void => {
  const at = AT[id];
  minute.counts[at] = addCapped(minute.counts[at] as number, by);
  room.totals[at] = addCapped(room.totals[at] as number, by);
};

/** Puts a flag on the user whose id stands in `HASH`, in the minute and in the room; returns the source of the newest entry. */
const touchUser = (at: At, flag: number, unique: CountId): number => {
  const { room, minute } = at;
  const place = AT[unique];
  if (setFlag(minute.users, flag)) minute.counts[place] = (minute.counts[place] as number) + 1;
  let found = findId(room.users);
  if (found < 0) {
    if (room.users.count >= RULES.usersCap) {
      if (!room.atLeast.has(unique)) {
        room.atLeast.add(unique);
        at.unsaid.infoDirty = true;
      }
      return UNKNOWN_SOURCE;
    }
    found = putId(room.users);
  }
  const value = room.users.values[found] as number;
  if ((value & flag) === 0) {
    room.users.values[found] = value | flag;
    room.totals[place] = (room.totals[place] as number) + 1;
  }
  const source = value >> SOURCE_SHIFT;
  return source === 0 ? UNKNOWN_SOURCE : source - 1;
};

const productOf = (room: Room, id: string): Product => {
  let product = room.products.get(id);
  if (product === undefined) {
    product = { product_id: id, ordinal: room.products.size, totals: new Float64Array(12), listings: [] };
    room.products.set(id, product);
  }
  return product;
};

const countProduct = (at: At, product: Product, id: ProductCount, by: number): void => {
  const place = P_AT[id];
  let row = at.minute.products.get(product.ordinal);
  if (row === undefined) {
    row = new Float64Array(12);
    at.minute.products.set(product.ordinal, row);
  }
  row[place] = addCapped(row[place] as number, by);
  product.totals[place] = addCapped(product.totals[place] as number, by);
  at.unsaid.products.add(product.ordinal);
};

/** Counts the user in `HASH` once per product. Leaves `HASH` changed. */
const touchPair = (at: At, product: Product, flag: number, unique: ProductCount): void => {
  pairWith(product.ordinal);
  const place = P_AT[unique];
  if (setFlag(at.minute.pairs, flag)) {
    const row = at.minute.products.get(product.ordinal) as Float64Array;
    row[place] = (row[place] as number) + 1;
  }
  if (setFlag(at.room.pairs, flag)) product.totals[place] = (product.totals[place] as number) + 1;
};

const SOURCE_PLACE = { views: 0, product_clicks: 1, paid_orders: 2, gmv: 3 } as const;

const countSource = (at: At, source: number, id: keyof typeof SOURCE_PLACE, by: number): void => {
  const place = source * 4 + SOURCE_PLACE[id];
  at.minute.sources[place] = addCapped(at.minute.sources[place] as number, by);
  at.room.sources[place] = addCapped(at.room.sources[place] as number, by);
  at.minute.sourcesTouched |= 1 << source;
  at.room.sourcesTouched |= 1 << source;
  at.unsaid.sources |= 1 << source;
};

interface Line {
  readonly key: string;
  readonly product_id: string;
  quantity: number;
  amount: number;
}

/** The event's lines; repeated ones merge, the first names the product. */
const linesOf = (event: OrderEvent): Line[] => {
  const lines = new Map<string, Line>();
  const order = `${event.order_id.length}:${event.order_id}`;
  for (const item of event.items) {
    const key =
      item.line_id != null
        ? `${order}L${item.line_id}`
        : `${order}P${item.product_id.length}:${item.product_id}${item.sku_id ?? ''}`;
    const line = lines.get(key);
    if (line === undefined)
      lines.set(key, { key, product_id: item.product_id, quantity: item.quantity, amount: item.amount_minor });
    else {
      line.quantity = addCapped(line.quantity, item.quantity);
      line.amount = addCapped(line.amount, item.amount_minor);
    }
  }
  return [...lines.values()];
};

/** Marks a line; true where it had not the mark. The line's unpaid interval follows from its created and closing times. */
const markLine = (at: At, key: string, mark: number, ts: number): boolean => {
  const { orders } = at.room;
  hashInRoom(at.room, key);
  const place = putId(orders);
  const value = orders.values[place] as number;
  const times = orders.times as Float64Array;
  if ((value & mark) !== 0) return false;
  let next = value | mark;
  if (mark === LINE.created) {
    if ((value & LINE.closed) === 0) {
      times[place] = ts;
      noteUnpaid(slotsOf(at.minute), ts, 1);
    } else {
      const closed = times[place] as number;
      if (closed > ts) {
        noteUnpaid(slotsOf(at.minute), ts, 1);
        noteUnpaid(slotsOf(minuteFor(at.room, minuteOf(closed))), closed, -1);
      }
    }
  } else if ((value & LINE.closed) === 0) {
    next |= LINE.closed;
    if ((value & LINE.created) !== 0) {
      const end = Math.max(times[place] as number, ts);
      noteUnpaid(slotsOf(minuteFor(at.room, minuteOf(end))), end, -1);
    } else times[place] = ts;
  }
  orders.values[place] = next;
  return true;
};

const applyOrder = (at: At, event: OrderEvent): void => {
  const lines = linesOf(event);
  if (event.type === 'order.refunded') {
    for (const line of lines) {
      const product = productOf(at.room, line.product_id);
      count(at, 'refund_orders', 1);
      count(at, 'refund_items', line.quantity);
      count(at, 'gmv_refunds', line.amount);
      countProduct(at, product, 'refund_orders', 1);
      countProduct(at, product, 'refund_items', line.quantity);
      countProduct(at, product, 'gmv_refunds', line.amount);
    }
    return;
  }
  if (event.type === 'order.cancelled') {
    for (const line of lines) markLine(at, line.key, LINE.cancelled, event.ts);
    return;
  }
  if (event.type === 'order.created') {
    for (const line of lines) {
      if (!markLine(at, line.key, LINE.created, event.ts)) continue;
      count(at, 'created_orders', 1);
      countProduct(at, productOf(at.room, line.product_id), 'created_orders', 1);
    }
    return;
  }
  const paid = lines.filter((line) => markLine(at, line.key, LINE.paid, event.ts));
  if (paid.length === 0) return;
  hashInRoom(at.room, event.user_id);
  const user = [...HASH];
  const source = touchUser(at, USER.buyer, 'buyers');
  for (const line of paid) {
    const product = productOf(at.room, line.product_id);
    count(at, 'paid_orders', 1);
    count(at, 'items_sold', line.quantity);
    count(at, 'gmv', line.amount);
    countProduct(at, product, 'paid_orders', 1);
    countProduct(at, product, 'items_sold', line.quantity);
    countProduct(at, product, 'gmv', line.amount);
    countSource(at, source, 'paid_orders', 1);
    countSource(at, source, 'gmv', line.amount);
    HASH.set(user);
    touchPair(at, product, USER.buyer, 'buyers');
  }
};

/** What a `room.started` tells of the room, counted or late: first wins for account, shop, currency; newest for the rest. */
export const learnRoom = (room: Room, event: RoomStarted, offset: number): void => {
  if (!room.started) {
    room.started = true;
    room.account_id = event.account_id;
    if (event.shop_id != null) room.shop_id = event.shop_id;
    room.currency = event.currency;
  } else if (room.currency !== event.currency) room.conflict = true;
  if (room.started_at === undefined || event.ts < room.started_at) room.started_at = event.ts;
  for (const type of event.event_types ?? []) room.types.add(type);
  const { named } = room;
  if (named !== undefined && (named.ts > event.ts || (named.ts === event.ts && named.offset > offset))) return;
  room.named = {
    ts: event.ts,
    offset,
    handle: event.handle,
    name: event.name,
    title: event.title,
    timezone: event.timezone,
    ...(event.avatar_url != null ? { avatar_url: event.avatar_url } : {}),
  };
};

/** Puts the entry read last among those of a list by `(ts, offset)`. */
const insert = <T extends { readonly ts: number }>(list: T[], entry: T): void => {
  let at = list.length;
  while (at > 0 && (list[at - 1] as T).ts > entry.ts) at--;
  list.splice(at, 0, entry);
};

/**
 * A counted event takes effect. `finalBefore`: the first minute that was not final when it was read. Returns whether the
 * room's life may have changed by it.
 */
export const applyEvent = (
  room: Room,
  unsaid: Unsaid,
  event: LiveEvent,
  offset: number,
  finalBefore: number,
): boolean => {
  const minute = minuteFor(room, minuteOf(event.ts));
  const at: At = { room, minute, unsaid, offset };
  minute.events++;
  room.counted++;
  if (event.ts > room.lastEventAt) room.lastEventAt = event.ts;
  if (room.active === undefined || minute.minute > room.active) room.active = minute.minute;
  if (!room.types.has(event.type)) {
    room.types.add(event.type);
    unsaid.infoDirty = true;
  }
  switch (event.type) {
    case 'room.started':
      room.life.points.push({ ts: event.ts, offset, started: true, finalBefore });
      learnRoom(room, event, offset);
      unsaid.infoDirty = true;
      return true;
    case 'room.ended':
      room.life.points.push({
        ts: event.ts,
        offset,
        started: false,
        ...(event.reason != null ? { reason: event.reason } : {}),
      });
      unsaid.infoDirty = true;
      return true;
    case 'viewer.entered': {
      count(at, 'views', 1);
      const source = ENTRY_SOURCES.indexOf(event.source);
      countSource(at, source, 'views', 1);
      hashInRoom(room, event.user_id);
      touchUser(at, USER.viewer, 'viewers');
      const place = findId(room.users);
      if (place >= 0)
        room.users.values[place] = ((room.users.values[place] as number) & 0xff) | ((source + 1) << SOURCE_SHIFT);
      noteEntered(slotsOf(minute), event.ts);
      break;
    }
    case 'viewer.left':
      count(at, 'leaves', 1);
      count(at, 'watch_ms', event.watch_ms);
      noteLeft(slotsOf(minute), event.ts);
      break;
    case 'audience.snapshot':
      noteSnapshot(slotsOf(minute), event.ts, event.online);
      break;
    case 'room.impression':
      count(at, 'room_impressions', event.count);
      break;
    case 'comment.posted':
      count(at, 'comments', 1);
      hashInRoom(room, event.user_id);
      touchUser(at, USER.commenter, 'commenters');
      touchUser(at, USER.engaged, 'engaged_viewers');
      room.comments.push({ id: event.comment_id ?? event.id, user_id: event.user_id, text: event.text, ts: event.ts });
      if (room.comments.length > KEPT_COMMENTS) room.comments.shift();
      unsaid.comments = Math.min(unsaid.comments + 1, KEPT_COMMENTS);
      break;
    case 'like.sent':
      count(at, 'likes', event.count);
      hashInRoom(room, event.user_id);
      touchUser(at, USER.engaged, 'engaged_viewers');
      break;
    case 'share.sent':
    case 'follow.created':
      count(at, event.type === 'share.sent' ? 'shares' : 'new_followers', 1);
      hashInRoom(room, event.user_id);
      touchUser(at, USER.engaged, 'engaged_viewers');
      break;
    case 'product.listed': {
      insert(productOf(room, event.product_id).listings, {
        ts: event.ts,
        offset,
        title: event.title,
        price_minor: event.price_minor,
        ...(event.stock != null ? { stock: event.stock } : {}),
        ...(event.image_url != null ? { image_url: event.image_url } : {}),
        ...(event.shop_id != null ? { shop_id: event.shop_id } : {}),
      });
      unsaid.catalog.add(event.product_id);
      break;
    }
    case 'product.pinned':
    case 'product.unpinned':
      insert(room.pins, {
        ts: event.ts,
        offset,
        product_id: event.product_id,
        pinned: event.type === 'product.pinned',
      });
      break;
    case 'product.impression':
    case 'product.clicked': {
      const shown = event.type === 'product.impression';
      const product = productOf(room, event.product_id);
      count(at, shown ? 'product_impressions' : 'product_clicks', 1);
      countProduct(at, product, shown ? 'product_impressions' : 'product_clicks', 1);
      hashInRoom(room, event.user_id);
      const source = touchUser(at, shown ? USER.impressed : USER.clicker, shown ? 'impression_users' : 'click_users');
      if (!shown) countSource(at, source, 'product_clicks', 1);
      touchPair(at, product, shown ? USER.impressed : USER.clicker, shown ? 'impression_users' : 'click_users');
      break;
    }
    case 'order.created':
    case 'order.paid':
    case 'order.cancelled':
    case 'order.refunded':
      applyOrder(at, event);
      break;
    case 'marker.added': {
      const by = authorText(event.by);
      const { id, ts, label, kind } = event;
      room.markers.push({ id, ts, label, kind, ...(by === undefined ? {} : { by }) });
      if (room.markers.length > KEPT_MARKERS) room.markers.shift();
      unsaid.markers = Math.min(unsaid.markers + 1, KEPT_MARKERS);
      break;
    }
    case 'room.rules':
      break;
  }
  return noteActivity(room.life, event.ts, offset);
};
