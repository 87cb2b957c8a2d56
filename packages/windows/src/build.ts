import {
  availableMetrics,
  COUNT_IDS,
  type Counts,
  ENTRY_SOURCES,
  type MinuteRow,
  type MinuteState,
  type NowRow,
  PRODUCT_COUNTS,
  type ProductRow,
  type RoomInfo,
  RULES,
  SOURCE_COUNTS,
  type SourceRow,
  type Totals,
} from '@liveboard/contracts';
import { type Level, onlineOf, passMinute, type Slots, sampleMinute } from './levels.ts';
import { type LifeView, minuteInLife, type Span } from './life.ts';
import type { Minute, Product, Room } from './room.ts';

/** A code unit's rank among those of UTF-8's order: surrogates, which stand for the highest code points, come last. */
const rankOf = (unit: number): number => (unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800);

/** Order by UTF-8 bytes, which is the order of code points. */
const byUtf8 = (a: string, b: string): number => {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rankOf(x) - rankOf(y);
  }
  return a.length - b.length;
};

/** Copied and filled, since the engine turns an object that grows by so many computed names into a slow table. */
const templateOf = <T>(names: readonly string[]): T =>
  JSON.parse(JSON.stringify(Object.fromEntries(names.map((name) => [name, 0])))) as T;

const NO_COUNTS = templateOf<Counts>(COUNT_IDS);

const countsOf = (vector: Float64Array): Counts => {
  const counts = { ...NO_COUNTS };
  for (let i = 0; i < COUNT_IDS.length; i++) counts[COUNT_IDS[i] as keyof Counts] = vector[i] as number;
  return counts;
};

const NO_PRODUCT_COUNTS = templateOf<Record<string, string | number>>(['product_id', ...PRODUCT_COUNTS]);

export const productRow = (product_id: string, vector: Float64Array): ProductRow => {
  const row: Record<string, string | number> = { ...NO_PRODUCT_COUNTS, product_id };
  for (let i = 0; i < PRODUCT_COUNTS.length; i++) row[PRODUCT_COUNTS[i] as string] = vector[i] as number;
  return row as unknown as ProductRow;
};

const SOURCE_NAMES: readonly string[] = [...ENTRY_SOURCES, 'unknown'];
/** Places of the sources, sorted by name. */
const SOURCE_ORDER = SOURCE_NAMES.map((_, i) => i).sort((a, b) =>
  byUtf8(SOURCE_NAMES[a] as string, SOURCE_NAMES[b] as string),
);

/** Rows of the sources in `touched`, sorted by name. */
export const sourceRows = (vector: Float64Array, touched: number): SourceRow[] => {
  const rows: SourceRow[] = [];
  for (const source of SOURCE_ORDER) {
    if ((touched & (1 << source)) === 0) continue;
    const row: Record<string, string | number> = { source: SOURCE_NAMES[source] as string };
    for (let i = 0; i < SOURCE_COUNTS.length; i++) row[SOURCE_COUNTS[i] as string] = vector[source * 4 + i] as number;
    rows.push(row as unknown as SourceRow);
  }
  return rows;
};

const productRows = (room: Room, minute: Minute): ProductRow[] => {
  if (minute.products.size === 0) return [];
  const rows: ProductRow[] = [];
  for (const product of room.products.values()) {
    const vector = minute.products.get(product.ordinal);
    if (vector !== undefined) rows.push(productRow(product.product_id, vector));
  }
  return rows.sort((a, b) => byUtf8(a.product_id, b.product_id));
};

/** Minutes that are not final, oldest first. */
export const openMinutes = (room: Room): Minute[] => [...room.minutes.values()].sort((a, b) => a.minute - b.minute);

/** The levels at the start of a minute: those settled, moved past the open minutes before it. */
export const levelAt = (room: Room, minute: number): Level => {
  const level = { ...room.level };
  for (const each of openMinutes(room)) if (each.minute < minute) passMinute(level, each.slots);
  return level;
};

/** A minute's row as it is now, without its comparison. `until`: the last instant that has begun, ms. */
export const buildRow = (
  room: Room,
  minute: Minute,
  spans: readonly Span[],
  level: Level,
  state: MinuteState,
  rev: number,
  until: number,
): MinuteRow => ({
  minute: minute.minute,
  state,
  in_life: minuteInLife(spans, minute.minute).inLife,
  rev,
  rules: RULES.name,
  counts: countsOf(minute.counts),
  ...sampleMinute(level, minute.slots, minute.minute, spans, until),
  products: productRows(room, minute),
  sources: sourceRows(minute.sources, minute.sourcesTouched),
});

/** A room's numbers at stream time. */
export interface Numbers {
  /** Of the whole room, the minutes that are not final included. */
  readonly totals: Totals;
  /** The running minute: absent for a room without life or events in it. */
  readonly now: NowRow | undefined;
}

/** Both in one pass, since both follow the levels second by second. */
export const buildNumbers = (room: Room, view: LifeView, streamTime: number): Numbers => {
  let sum = room.acuSum;
  let n = room.acuN;
  let pcu = room.pcu;
  const level = { ...room.level };
  const running = streamTime - (streamTime % RULES.minuteMs);
  const add = (gauge: { sum: number; n: number; max: number } | undefined): void => {
    if (gauge === undefined) return;
    sum += gauge.sum;
    n += gauge.n;
    pcu = Math.max(pcu ?? 0, gauge.max);
  };
  /** Without slots the level stays as it is. */
  const sample = (minute: number, slots?: Slots) => {
    const sampled = sampleMinute(level, slots, minute, view.spans, streamTime);
    add(sampled.online);
    return sampled;
  };
  let current: ReturnType<typeof sample> | undefined;
  for (const each of openMinutes(room)) {
    if (each.minute < running) {
      // A closed minute's row is kept up to date.
      if (each.row === undefined) sample(each.minute, each.slots);
      else {
        add(each.row.online);
        passMinute(level, each.slots);
      }
    } else if (each.minute === running) current = sample(running, each.slots);
    else {
      current ??= sample(running);
      sample(each.minute, each.slots);
    }
  }
  current ??= sample(running);
  const held = room.minutes.get(running);
  const online = onlineOf(level);
  return {
    totals: {
      ...countsOf(room.totals),
      ...(pcu === undefined ? {} : { pcu }),
      acu_sum: sum,
      acu_n: n,
      ...(online === undefined ? {} : { online }),
      unpaid_orders: level.unpaid,
    },
    now:
      held === undefined && !minuteInLife(view.spans, running).inLife
        ? undefined
        : { minute: running, counts: held === undefined ? { ...NO_COUNTS } : countsOf(held.counts), ...current },
  };
};

/** What is known of the room itself. */
export const buildInfo = (room: Room, view: LifeView): RoomInfo => {
  const last = view.last;
  const correction =
    room.life.correction !== undefined && last?.close !== undefined && room.life.correction.open === last.open
      ? room.life.correction
      : undefined;
  const ended = correction?.ts ?? last?.close;
  const reason = correction === undefined ? last?.reason : correction.reason;
  const { named } = room;
  return {
    room_id: room.room_id,
    ...(room.account_id === undefined ? {} : { account_id: room.account_id }),
    ...(room.shop_id === undefined ? {} : { shop_id: room.shop_id }),
    ...(named === undefined
      ? {}
      : { handle: named.handle, name: named.name, title: named.title, timezone: named.timezone }),
    ...(named?.avatar_url === undefined ? {} : { avatar_url: named.avatar_url }),
    ...(room.currency === undefined ? {} : { currency: room.currency }),
    ...(room.conflict ? { currency_conflict: true } : {}),
    ...((room.started_at ?? view.first) === undefined ? {} : { started_at: (room.started_at ?? view.first) as number }),
    ...(ended === undefined ? {} : { ended_at: ended, ...(reason === undefined ? {} : { reason }) }),
    totals_from: view.first ?? room.lastEventAt,
    status: last !== undefined && last.close === undefined ? 'live' : 'ended',
    available: availableMetrics(room.types),
    ...(room.atLeast.size === 0 ? {} : { at_least: [...room.atLeast].sort() }),
  };
};

/** The listed products in the order in which they were first met. */
export const catalogOf = (products: Iterable<Product>) =>
  [...products].flatMap(({ product_id, listings }) => {
    const listing = listings.at(-1);
    return listing === undefined
      ? []
      : [
          {
            product_id,
            title: listing.title,
            price_minor: listing.price_minor,
            ...(listing.stock === undefined ? {} : { stock: listing.stock }),
            ...(listing.image_url === undefined ? {} : { image_url: listing.image_url }),
            ...(listing.shop_id === undefined ? {} : { shop_id: listing.shop_id }),
            listed_at: listing.ts,
          },
        ];
  });
