import type { SimEvent, SimOrderItem } from './events.ts';

/** What a room really did, counted while it was simulated. Money in minor units, everything else in pieces. */
export interface GroundTruth {
  events: number;
  gmv: number;
  gmv_refunds: number;
  created_orders: number;
  paid_orders: number;
  items_sold: number;
  refund_orders: number;
  refund_items: number;
  views: number;
  leaves: number;
  watch_ms: number;
  room_impressions: number;
  product_impressions: number;
  product_clicks: number;
  comments: number;
  likes: number;
  shares: number;
  new_followers: number;
  viewers: number;
  buyers: number;
  commenters: number;
  /** Clean rooms only: people in the room after the last event, as the source knows it. */
  present: number;
}

/** Counts at the moment of sending: the simulator's own idea of a room, shared with nobody. */
export interface TruthCounter {
  note(event: SimEvent): void;
  read(): GroundTruth;
}

/** SKU orders, pieces and money of an order: repeated lines of one order are one SKU order. */
function sumLines(items: readonly SimOrderItem[]): { lines: number; pieces: number; money: number } {
  const keys = new Set<string>();
  let pieces = 0;
  let money = 0;
  for (const item of items) {
    keys.add(item.line_id === undefined ? `p ${item.product_id}\n${item.sku_id ?? ''}` : `l ${item.line_id}`);
    pieces += item.quantity;
    money += item.amount_minor;
  }
  return { lines: keys.size, pieces, money };
}

/** A counter for one room whose orders are created, paid and cancelled at most once each. */
export function createTruthCounter(): TruthCounter {
  const sums: Omit<GroundTruth, 'viewers' | 'buyers' | 'commenters' | 'present'> = {
    events: 0,
    gmv: 0,
    gmv_refunds: 0,
    created_orders: 0,
    paid_orders: 0,
    items_sold: 0,
    refund_orders: 0,
    refund_items: 0,
    views: 0,
    leaves: 0,
    watch_ms: 0,
    room_impressions: 0,
    product_impressions: 0,
    product_clicks: 0,
    comments: 0,
    likes: 0,
    shares: 0,
    new_followers: 0,
  };
  const viewers = new Set<string>();
  const buyers = new Set<string>();
  const commenters = new Set<string>();

  const note = (event: SimEvent): void => {
    sums.events++;
    switch (event.type) {
      case 'viewer.entered':
        sums.views++;
        viewers.add(event.user_id);
        return;
      case 'viewer.left':
        sums.leaves++;
        sums.watch_ms += event.watch_ms;
        return;
      case 'room.impression':
        sums.room_impressions += event.count;
        return;
      case 'product.impression':
        sums.product_impressions++;
        return;
      case 'product.clicked':
        sums.product_clicks++;
        return;
      case 'comment.posted':
        sums.comments++;
        commenters.add(event.user_id);
        return;
      case 'like.sent':
        sums.likes += event.count;
        return;
      case 'share.sent':
        sums.shares++;
        return;
      case 'follow.created':
        sums.new_followers++;
        return;
      case 'order.created':
        sums.created_orders += sumLines(event.items).lines;
        return;
      case 'order.paid': {
        const { lines, pieces, money } = sumLines(event.items);
        sums.paid_orders += lines;
        sums.items_sold += pieces;
        sums.gmv += money;
        buyers.add(event.user_id);
        return;
      }
      case 'order.refunded': {
        const { lines, pieces, money } = sumLines(event.items);
        sums.refund_orders += lines;
        sums.refund_items += pieces;
        sums.gmv_refunds += money;
        return;
      }
      default:
    }
  };
  return {
    note,
    read: () => ({
      ...sums,
      viewers: viewers.size,
      buyers: buyers.size,
      commenters: commenters.size,
      present: sums.views - sums.leaves,
    }),
  };
}
