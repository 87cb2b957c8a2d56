/** The events that a simulated room sends, written down independently of the product's own schema so that one can be checked against the other. */

export interface SimOrderItem {
  product_id: string;
  sku_id?: string;
  line_id?: string;
  quantity: number;
  /** Minor units, for the whole line. */
  amount_minor: number;
}

interface Body {
  'room.started': {
    account_id: string;
    handle: string;
    name: string;
    shop_id: string;
    title: string;
    currency: string;
    timezone: string;
    event_types?: string[];
  };
  'room.ended': { reason?: string };
  'viewer.entered': { user_id: string; source: SimSource };
  'viewer.left': { user_id: string; watch_ms: number };
  'audience.snapshot': { online: number };
  'room.impression': { count: number; source?: SimSource };
  'comment.posted': { user_id: string; text: string };
  'like.sent': { user_id: string; count: number };
  'share.sent': { user_id: string };
  'follow.created': { user_id: string };
  'product.listed': { product_id: string; title: string; price_minor: number; stock?: number };
  'product.pinned': { product_id: string };
  'product.unpinned': { product_id: string };
  'product.impression': { user_id: string; product_id: string };
  'product.clicked': { user_id: string; product_id: string };
  'order.created': SimOrder;
  'order.paid': SimOrder;
  'order.cancelled': SimOrder;
  'order.refunded': { order_id: string; user_id: string; refund_id: string; items: SimOrderItem[] };
  'marker.added': { label: string; kind: 'ad' | 'giveaway' | 'promotion' | 'host_change' | 'violation' | 'note' };
}

interface SimOrder {
  order_id: string;
  user_id: string;
  items: SimOrderItem[];
}

export type SimEventType = keyof Body;

/** Fields of an event of one type, without the envelope. */
export type SimBody<T extends SimEventType> = Body[T];

/** A whole event as it goes over the wire. */
export type SimEvent = {
  [T in SimEventType]: { v: 1; id: string; type: T; room_id: string; ts: number } & Body[T];
}[SimEventType];

/** Where a viewer came from. */
export const SIM_SOURCES = [
  'for_you',
  'following',
  'search',
  'shop_tab',
  'share',
  'profile',
  'ads',
  'video',
  'other',
] as const;
export type SimSource = (typeof SIM_SOURCES)[number];
