import type { Character } from './character.ts';
import type { Emit } from './crowd.ts';
import type { SimOrderItem } from './events.ts';
import type { Schedule } from './heap.ts';
import type { Random } from './random.ts';
import type { Shelf } from './shelf.ts';

/** The orders of a room from creation to payment, cancellation or refund. */
export interface Orders {
  /** `worth` scales the value of the order (bundles and dearer variants). */
  create(ts: number, user: string, shelf: Shelf, worth: number): void;
}

const PAY_MEAN_MS = 9_000;

export function createOrders(
  character: Character,
  random: Random,
  emit: Emit,
  later: Schedule<(ts: number) => void>,
): Orders {
  let count = 0;

  const line = (n: number, shelf: Shelf, worth: number, lineIds: boolean): SimOrderItem => {
    const product_id = shelf.buy();
    const quantity = random.chance(0.8) ? 1 : 2 + random.int(3);
    return {
      product_id,
      ...(random.chance(0.5) ? { sku_id: `${product_id}-s${1 + random.int(3)}` } : {}),
      ...(lineIds ? { line_id: `l${n}` } : {}),
      quantity,
      amount_minor: Math.round((shelf.price(product_id) * quantity * worth) / 100) * 100,
    };
  };

  return {
    create(ts, user, shelf, worth) {
      const order_id = `o${(count++).toString(36)}`;
      const lineIds = random.chance(0.5);
      const lines = 1 + random.weighted([75, 18, 7]);
      const items: SimOrderItem[] = [];
      for (let n = 0; n < lines; n++) items.push(line(n, shelf, worth, lineIds));
      // Carts sometimes repeat a line instead of raising its quantity.
      const first = items[0];
      if (first !== undefined && random.chance(0.04)) items.push({ ...first });
      const order = { order_id, user_id: user, items };
      emit(ts, 'order.created', order);

      if (random.chance(character.unpaid)) {
        later.put(ts + 60_000 + random.int(180_000), (at) => emit(at, 'order.cancelled', order));
        return;
      }
      later.put(ts + 800 + Math.floor(random.exponential(PAY_MEAN_MS)), (paidAt) => {
        emit(paidAt, 'order.paid', order);
        if (random.chance(0.01))
          later.put(paidAt + 20_000 + random.int(60_000), (at) => emit(at, 'order.cancelled', order));
        if (first === undefined || !random.chance(0.02)) return;
        const half = Math.floor(first.amount_minor / 2);
        later.put(paidAt + 120_000 + random.int(600_000), (at) =>
          emit(at, 'order.refunded', {
            order_id,
            user_id: user,
            refund_id: `r-${order_id}`,
            items: [{ ...first, amount_minor: half }],
          }),
        );
      });
    },
  };
}
