import type { Character } from './character.ts';
import type { Emit } from './crowd.ts';
import type { Random } from './random.ts';

/** The goods of a room: what is listed, what is pinned, what the camera shows. */
export interface Shelf {
  /** Lists everything and pins the first product. */
  open(ts: number): void;
  /** Moves the pin, restocks and notes what the host does, as minutes pass. */
  tend(ts: number, minute: number): void;
  /** Product id that the next impression, click or order is for: mostly the pinned one. */
  show(): string;
  /** Product id of an order line: the pin matters less, else dear and cheap pins alone would swing the turnover. */
  buy(): string;
  price(productId: string): number;
}

const PIN_EVERY_MIN = 4;
const MARKER_EVERY_MIN = 7;
const MARKERS = [
  { kind: 'giveaway', label: 'Giveaway: free shipping for the next 20' },
  { kind: 'promotion', label: 'Voucher of the hour' },
  { kind: 'ad', label: 'Ad budget raised' },
  { kind: 'host_change', label: 'Second host takes over' },
  { kind: 'note', label: 'Camera moved to the table' },
] as const;

export function createShelf(character: Character, random: Random, emit: Emit): Shelf {
  const goods = character.products.map((product, i) => ({
    id: `${character.key}-p${i + 1}`,
    title: product.title,
    price: product.price_minor,
    stock: 300 + random.int(4_000),
  }));
  let pinned: number | undefined;
  let turn = 0;
  let marked = 0;
  const good = (i: number): (typeof goods)[number] => goods[i % goods.length] as (typeof goods)[number];

  const list = (ts: number, i: number): void => {
    const { id, title, price, stock } = good(i);
    emit(ts, 'product.listed', { product_id: id, title, price_minor: price, stock });
  };
  const unpin = (ts: number): void => {
    if (pinned === undefined) return;
    emit(ts, 'product.unpinned', { product_id: good(pinned).id });
    pinned = undefined;
  };
  const pin = (ts: number, i: number): void => {
    unpin(ts);
    pinned = i % goods.length;
    emit(ts, 'product.pinned', { product_id: good(i).id });
  };

  return {
    open(ts) {
      goods.forEach((_, i) => {
        list(ts, i);
      });
      pin(ts, 0);
    },
    tend(ts, minute) {
      if (character.nothingPinned?.(minute) === true) {
        unpin(ts);
      } else if (pinned === undefined || minute >= (turn + 1) * PIN_EVERY_MIN) {
        turn = Math.floor(minute / PIN_EVERY_MIN);
        const sold = good(turn);
        sold.stock = Math.max(3, sold.stock - 20 - random.int(120));
        list(ts, turn);
        pin(ts, turn);
      }
      if (minute >= (marked + 1) * MARKER_EVERY_MIN) {
        marked = Math.floor(minute / MARKER_EVERY_MIN);
        emit(ts, 'marker.added', { ...random.pick(MARKERS) });
      }
    },
    show: () => good(pinned !== undefined && random.chance(0.6) ? pinned : random.int(goods.length)).id,
    buy: () => good(pinned !== undefined && random.chance(0.1) ? pinned : random.int(goods.length)).id,
    price: (productId) => goods.find((g) => g.id === productId)?.price ?? 0,
  };
}
