import { addCapped, minuteOf, type OrderEvent } from '@liveboard/contracts';
import { HASH } from './hash.ts';
import { putId } from './id-table.ts';
import { noteUnpaid } from './levels.ts';
import { hashInRoom, LINE, minuteFor, USER } from './room.ts';
import {
  type At,
  count,
  countProduct,
  countSource,
  productOf,
  slotsOf,
  sourceAt,
  touchPair,
  touchUser,
} from './tally.ts';

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

/** An order event takes effect, line by line. */
export const applyOrder = (at: At, event: OrderEvent): void => {
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
  const source = sourceAt(at.room, touchUser(at, USER.buyer));
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
