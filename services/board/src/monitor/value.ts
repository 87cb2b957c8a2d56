import {
  type Compare,
  type CountId,
  type GaugeId,
  type Metric,
  type MinuteMetricId,
  metric,
  type Ratio,
  type RoomInfo,
  ratioOf,
  type Totals,
} from '@liveboard/contracts';
import { formatCount, formatFull, formatMoney, formatShare, type MoneyStyle, NOT_AVAILABLE } from '../format/number.ts';
import { formatWatch } from '../format/time.ts';
import type { ValueMode } from './rows.ts';

/** What a value is formatted with. */
export interface ValueStyle extends MoneyStyle {
  readonly currency: string | undefined;
}

/** A metric's value in its unit. `full`: every digit, for the card on hover. */
export const formatValue = ({ unit }: Pick<Metric, 'unit'>, value: number, style: ValueStyle): string => {
  switch (unit) {
    case 'money':
    case 'money_per_event':
      return formatMoney(Math.round(value), style.currency, style);
    case 'share':
      return formatShare(value, style.locale);
    case 'ms':
    case 'ms_per_event':
      return formatWatch(value);
    case 'count':
      return style.full === true ? formatFull(value, style.locale) : formatCount(Math.round(value), style.locale);
  }
};

/** The two values of a cell. `reason` says why the first is a dash. */
export interface CellValue {
  readonly main: string;
  readonly sub: string;
  readonly reason?: string;
}

const dash = (reason: string, sub: string = reason): CellValue => ({ main: NOT_AVAILABLE, sub, reason });
const NO_MINUTE = 'no closed minute yet';
export const NOT_SENT = 'not sent by this source';

interface CellInput {
  readonly id: MinuteMetricId;
  readonly info: RoomInfo;
  readonly totals: Totals | undefined;
  readonly compare: Compare | undefined;
  readonly mode: ValueMode;
  readonly style: ValueStyle;
}

const ratioCell = ({ id, totals, compare, style }: CellInput, one: Metric): CellValue => {
  const minute = compare?.metrics[id]?.value;
  const { num, den } = one.formula ?? { num: 'views', den: 'views' };
  const stream = totals === undefined ? undefined : ratioOf(id as Ratio, totals[num], totals[den]);
  const sub = stream === undefined ? 'stream –' : `stream ${formatValue(one, stream, style)}`;
  if (minute !== undefined) return { main: formatValue(one, minute, style), sub };
  return dash(compare === undefined ? NO_MINUTE : 'denominator 0', sub);
};

const gaugeCell = ({ id, totals, compare, mode, style }: CellInput, one: Metric): CellValue => {
  const now = totals?.[id as GaugeId];
  const held = compare?.metrics[id];
  const present = now === undefined ? NOT_AVAILABLE : formatValue(one, now, style);
  if (mode === 'total') {
    const sub = held?.base === undefined ? 'no base yet' : `base ${formatValue(one, held.base, style)}`;
    return now === undefined ? dash('nothing counted yet', sub) : { main: present, sub };
  }
  const sub = `now ${present}`;
  return held === undefined ? dash(NO_MINUTE, sub) : { main: formatValue(one, held.value, style), sub };
};

const countCell = ({ id, totals, compare, mode, style }: CellInput, one: Metric): CellValue => {
  const minute = compare?.metrics[id]?.value;
  const perMinute = minute === undefined ? undefined : `${formatValue(one, minute, style)}/min`;
  const total = totals === undefined ? undefined : formatValue(one, totals[id as CountId], style);
  if (mode === 'total') {
    const sub = perMinute ?? NO_MINUTE;
    return total === undefined ? dash('kept in history only', sub) : { main: total, sub };
  }
  const sub = `total ${total ?? NOT_AVAILABLE}`;
  return minute === undefined ? dash(NO_MINUTE, sub) : { main: formatValue(one, minute, style), sub };
};

/** The values of one metric of one room. Never a zero for what is unknown. */
export const cellValue = (input: CellInput): CellValue => {
  if (!input.info.available.includes(input.id)) return dash(NOT_SENT);
  const one = metric(input.id);
  if (one.kind === 'ratio') return ratioCell(input, one);
  return one.kind === 'gauge' ? gaugeCell(input, one) : countCell(input, one);
};
