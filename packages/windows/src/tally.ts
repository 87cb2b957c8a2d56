import { addCapped, type CountId, ENTRY_SOURCES, type ProductCount, RULES } from '@liveboard/contracts';
import { pairWith } from './hash.ts';
import { findId, putId, setFlag } from './id-table.ts';
import { createSlots, type Slots } from './levels.ts';
import { AT, type Minute, P_AT, type Product, type Room, SOURCE_SHIFT, type Unsaid } from './room.ts';

/** The tenth source: users who were never seen entering. */
const UNKNOWN_SOURCE = ENTRY_SOURCES.length;
export interface At {
  readonly room: Room;
  readonly minute: Minute;
  readonly unsaid: Unsaid;
  readonly offset: number;
}

export const slotsOf = (minute: Minute): Slots => {
  minute.slots ??= createSlots();
  return minute.slots;
};

export const count = ({ room, minute }: At, id: CountId, by: number): void => {
  const at = AT[id];
  minute.counts[at] = addCapped(minute.counts[at] as number, by);
  room.totals[at] = addCapped(room.totals[at] as number, by);
};

/** Puts a flag on the user whose id stands in `HASH`, in the minute and in the room; returns the source of the newest entry. */
export const touchUser = (at: At, flag: number, unique: CountId): number => {
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

export const productOf = (room: Room, id: string): Product => {
  let product = room.products.get(id);
  if (product === undefined) {
    product = { product_id: id, ordinal: room.products.size, totals: new Float64Array(12), listings: [] };
    room.products.set(id, product);
  }
  return product;
};

export const countProduct = (at: At, product: Product, id: ProductCount, by: number): void => {
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
export const touchPair = (at: At, product: Product, flag: number, unique: ProductCount): void => {
  pairWith(product.ordinal);
  const place = P_AT[unique];
  if (setFlag(at.minute.pairs, flag)) {
    const row = at.minute.products.get(product.ordinal) as Float64Array;
    row[place] = (row[place] as number) + 1;
  }
  if (setFlag(at.room.pairs, flag)) product.totals[place] = (product.totals[place] as number) + 1;
};

const SOURCE_PLACE = { views: 0, product_clicks: 1, paid_orders: 2, gmv: 3 } as const;

export const countSource = (at: At, source: number, id: keyof typeof SOURCE_PLACE, by: number): void => {
  const place = source * 4 + SOURCE_PLACE[id];
  at.minute.sources[place] = addCapped(at.minute.sources[place] as number, by);
  at.room.sources[place] = addCapped(at.room.sources[place] as number, by);
  at.minute.sourcesTouched |= 1 << source;
  at.room.sourcesTouched |= 1 << source;
  at.unsaid.sources |= 1 << source;
};
