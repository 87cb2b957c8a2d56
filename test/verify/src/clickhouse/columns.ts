import { COUNT_IDS } from '@liveboard/contracts';
import { fromDateTime } from '@liveboard/history-store';

/** A row as the server gives it. */
export type TableRow = Readonly<Record<string, unknown>>;

/** What a minute's columns are made of; the recount's rows and those of `live.minutes` both have it. */
export interface Minute {
  readonly minute: number;
  readonly state: string;
  readonly in_life: boolean;
  readonly rev: number;
  readonly rules: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly online?: GaugeParts | undefined;
  readonly unpaid_orders?: GaugeParts | undefined;
  readonly sources: readonly object[];
  readonly compare?: object | undefined;
}
interface GaugeParts {
  readonly sum: number;
  readonly n: number;
  readonly last: number;
  readonly max: number;
}

const PARTS = ['sum', 'n', 'last', 'max'] as const;
const NUMBERS: readonly string[] = [
  ...COUNT_IDS,
  ...['online', 'unpaid'].flatMap((gauge) => PARTS.map((part) => `${gauge}_${part}`)),
];

/** `ver` of the tables. */
export const verOf = (generation: number, offset: number): string =>
  (BigInt(generation) * 2n ** 48n + BigInt(offset)).toString();

const gauge = (name: string, of: GaugeParts | undefined): Record<string, number> =>
  Object.fromEntries(PARTS.map((part) => [`${name}_${part}`, of?.[part] ?? 0]));

/** The columns of `minutes` that a minute must have. */
export const minuteColumns = (
  row: Minute,
  { room_id, account_id, generation }: { room_id: string; account_id: string; generation: number },
): TableRow => ({
  room_id,
  minute: row.minute,
  ver: verOf(generation, row.rev),
  account_id,
  state: row.state,
  rules: row.rules,
  in_life: row.in_life,
  ...row.counts,
  ...gauge('online', row.online),
  ...gauge('unpaid', row.unpaid_orders),
  sources: row.sources,
  compare: row.compare ?? '',
});

const json = (text: unknown): unknown => (text === '' ? '' : JSON.parse(String(text)));

/** A row of `minutes` or `minute_versions`, its times in ms, its numbers as numbers, its JSON read. */
export const readMinuteColumns = (row: TableRow): TableRow => ({
  ...row,
  minute: fromDateTime(String(row.minute)),
  ...Object.fromEntries(NUMBERS.map((name) => [name, Number(row[name])])),
  sources: json(row.sources),
  compare: json(row.compare),
  ...('known_at' in row ? { known_at: fromDateTime(String(row.known_at)) } : {}),
});
