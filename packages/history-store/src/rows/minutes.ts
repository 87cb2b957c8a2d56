import {
  COUNT_IDS,
  type Counts,
  type Gauge,
  type MinuteRecord,
  type MinuteRow,
  type MinuteState,
  PRODUCT_COUNTS,
  type ProductCount,
  type ProductRow,
  type SourceRow,
} from '@liveboard/contracts';
import { fromDateTime, toDateTime } from '../time.ts';
import { readVersion, versionOf } from '../version.ts';

/** A gauge's columns; `n` 0: not available. */
type GaugeColumns<Name extends string> = { readonly [Part in `${Name}_${keyof Gauge}`]: number };

export type MinuteTableRow = {
  readonly room_id: string;
  readonly minute: string;
  readonly ver: string;
  readonly account_id: string;
  readonly state: MinuteState;
  readonly rules: string;
  readonly in_life: boolean;
  /** JSON: SourceRow[] */
  readonly sources: string;
  /** JSON: Compare, or '' */
  readonly compare: string;
} & Readonly<Counts> &
  GaugeColumns<'online'> &
  GaugeColumns<'unpaid'>;

export type MinuteVersionRow = MinuteTableRow & { readonly known_at: string };

export type ProductMinuteRow = {
  readonly room_id: string;
  readonly product_id: string;
  readonly minute: string;
  readonly ver: string;
} & Readonly<Record<ProductCount, number>>;

const ABSENT: Gauge = { sum: 0, n: 0, last: 0, max: 0 };

const gaugeColumns = <Name extends string>(name: Name, gauge: Gauge = ABSENT): GaugeColumns<Name> =>
  Object.fromEntries((['sum', 'n', 'last', 'max'] as const).map((part) => [`${name}_${part}`, gauge[part]])) as never;

/** A row of a server holds 64-bit numbers as text. */
export type Read<Row> = { readonly [Key in keyof Row]: Row[Key] extends number ? number | string : Row[Key] };

const readGauge = (name: 'online' | 'unpaid', row: Read<MinuteTableRow>): Gauge | undefined => {
  const of = (part: keyof Gauge): number => Number(row[`${name}_${part}`]);
  return of('n') === 0 ? undefined : { sum: of('sum'), n: of('n'), last: of('last'), max: of('max') };
};

const pick = <Key extends string>(keys: readonly Key[], from: Readonly<Record<Key, number | string>>) =>
  Object.fromEntries(keys.map((key) => [key, Number(from[key])])) as Record<Key, number>;

/** The row of `minutes`. */
export const minuteTableRow = ({ generation, room_id, account_id = '', row }: MinuteRecord): MinuteTableRow => ({
  room_id,
  minute: toDateTime(row.minute),
  ver: versionOf(generation, row.rev),
  account_id,
  state: row.state,
  rules: row.rules,
  in_life: row.in_life,
  ...pick(COUNT_IDS, row.counts),
  ...gaugeColumns('online', row.online),
  ...gaugeColumns('unpaid', row.unpaid_orders),
  sources: JSON.stringify(row.sources),
  compare: row.compare === undefined ? '' : JSON.stringify(row.compare),
});

/** The row of `minute_versions`; none of a minute that is not closed yet. */
export const minuteVersionRow = (record: MinuteRecord): MinuteVersionRow | undefined =>
  record.row.state === 'provisional' ? undefined : { ...minuteTableRow(record), known_at: toDateTime(record.at) };

/** The rows of `product_minutes`, with the version of the minute's row. */
export const productMinuteRows = ({ generation, room_id, row }: MinuteRecord): ProductMinuteRow[] =>
  row.products.map((product) => ({
    room_id,
    product_id: product.product_id,
    minute: toDateTime(row.minute),
    ver: versionOf(generation, row.rev),
    ...pick(PRODUCT_COUNTS, product),
  }));

/** A minute as a reader needs it: `generation` and `row.rev` order it among other versions. */
export interface StoredMinute {
  readonly generation: number;
  readonly row: MinuteRow;
}

/**
 * A minute out of its row and those of its products, which must be in the order of their ids' bytes. Products of another
 * generation are none of this version's.
 */
export const readMinute = (row: Read<MinuteTableRow>, products: readonly Read<ProductMinuteRow>[]): StoredMinute => {
  const { generation, offset } = readVersion(row.ver);
  const online = readGauge('online', row);
  const unpaid = readGauge('unpaid', row);
  return {
    generation,
    row: {
      minute: fromDateTime(row.minute),
      state: row.state,
      in_life: row.in_life,
      rev: offset,
      rules: row.rules,
      counts: pick(COUNT_IDS, row),
      ...(online === undefined ? {} : { online }),
      ...(unpaid === undefined ? {} : { unpaid_orders: unpaid }),
      products: products
        .filter(({ ver }) => readVersion(ver).generation === generation)
        .map((product): ProductRow => ({ product_id: product.product_id, ...pick(PRODUCT_COUNTS, product) })),
      sources: JSON.parse(row.sources) as SourceRow[],
      ...(row.compare === '' ? {} : { compare: JSON.parse(row.compare) as NonNullable<MinuteRow['compare']> }),
    },
  };
};
