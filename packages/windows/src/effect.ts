import { ENTRY_SOURCES, type EventType, type LiveEvent, type RoomStarted } from '@liveboard/contracts';
import { authorText } from './author.ts';
import { click, comment, engage, enter, impress, leave, show, snapshot } from './frequent.ts';
import { applyOrder } from './orders.ts';
import { hashInRoom, type Room } from './room.ts';
import { type At, productOf } from './tally.ts';

const KEPT_MARKERS = 200;

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

/** Notes that an event of a minute was counted, whatever it does. */
export const noteEvent = ({ room, minute, unsaid }: At, type: EventType, ts: number): void => {
  minute.events++;
  room.counted++;
  if (ts > room.lastEventAt) room.lastEventAt = ts;
  if (room.active === undefined || minute.minute > room.active) room.active = minute.minute;
  if (room.types.has(type)) return;
  room.types.add(type);
  unsaid.infoDirty = true;
};

/**
 * A counted event takes effect. `finalBefore`: the first minute that was not final when it was read. Returns whether it is
 * one that begins or ends life.
 */
export const applyEvent = (at: At, event: LiveEvent, finalBefore: number): boolean => {
  const { room, unsaid, offset } = at;
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
    case 'viewer.entered':
      hashInRoom(room, event.user_id);
      enter(at, event.ts, ENTRY_SOURCES.indexOf(event.source));
      break;
    case 'viewer.left':
      leave(at, event.ts, event.watch_ms);
      break;
    case 'audience.snapshot':
      snapshot(at, event.ts, event.online);
      break;
    case 'room.impression':
      impress(at, event.count);
      break;
    case 'comment.posted':
      hashInRoom(room, event.user_id);
      comment(at, { id: event.comment_id ?? event.id, user_id: event.user_id, text: event.text, ts: event.ts });
      break;
    case 'like.sent':
      hashInRoom(room, event.user_id);
      engage(at, 'likes', event.count);
      break;
    case 'share.sent':
    case 'follow.created':
      hashInRoom(room, event.user_id);
      engage(at, event.type === 'share.sent' ? 'shares' : 'new_followers', 1);
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
      const product = productOf(room, event.product_id);
      hashInRoom(room, event.user_id);
      if (event.type === 'product.clicked') click(at, product);
      else show(at, product);
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
  return false;
};
