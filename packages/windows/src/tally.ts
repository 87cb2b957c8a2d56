import { addCapped, COUNT_IDS, type CountId, ENTRY_SOURCES, type ProductCount, RULES } from '@liveboard/contracts';
import { pairWith } from './hash.ts';
import { addId, findId, setFlags } from './id-table.ts';
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

/** Places of the uniques that the flags of a user count, by the flag's bit. */
const UNIQUE_AT = Int32Array.from(
  (['viewers', 'buyers', 'commenters', 'click_users', 'impression_users', 'engaged_viewers'] as const).map(
    (id) => AT[id],
  ),
);

const countFresh = (vector: Float64Array, fresh: number): void => {
  for (let bit = 0; bit < UNIQUE_AT.length; bit++)
    if ((fresh & (1 << bit)) !== 0) vector[UNIQUE_AT[bit] as number] = (vector[UNIQUE_AT[bit] as number] as number) + 1;
};

/** Beyond the cap the room's own uniques are lower bounds. */
const noteCapped = ({ room, unsaid }: At, flags: number): void => {
  for (let bit = 0; bit < UNIQUE_AT.length; bit++) {
    const id = COUNT_IDS[UNIQUE_AT[bit] as number] as CountId;
    if ((flags & (1 << bit)) === 0 || room.atLeast.has(id)) continue;
    room.atLeast.add(id);
    unsaid.infoDirty = true;
  }
};

/**
 * Puts flags on the user whose id stands in `HASH`, in the minute and in the room, each counted the first time. Returns the
 * user's place among the room's users; -1 where there is no more room.
 */
export const touchUser = (at: At, flags: number): number => {
  const { room, minute } = at;
  const fresh = setFlags(minute.users, flags);
  if (fresh !== 0) countFresh(minute.counts, fresh);
  let found = findId(room.users);
  if (found < 0) {
    if (room.users.count >= RULES.usersCap) {
      noteCapped(at, flags);
      return -1;
    }
    found = addId(room.users);
  }
  const value = room.users.values[found] as number;
  if ((value & flags) !== flags) {
    room.users.values[found] = value | flags;
    countFresh(room.totals, flags & ~value);
  }
  return found;
};

/** The source of the newest entry of the user at a place that `touchUser` gave. */
export const sourceAt = ({ users }: Room, place: number): number => {
  const source = place < 0 ? 0 : (users.values[place] as number) >> SOURCE_SHIFT;
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
  if (setFlags(at.minute.pairs, flag) !== 0) {
    const row = at.minute.products.get(product.ordinal) as Float64Array;
    row[place] = (row[place] as number) + 1;
  }
  if (setFlags(at.room.pairs, flag) !== 0) product.totals[place] = (product.totals[place] as number) + 1;
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
