import {
  type CountId,
  type GaugeId,
  type MinuteMetricId,
  type MinuteRow,
  metric,
  type Ratio,
  RULES,
  ratioOf,
} from '@liveboard/contracts';

const minuteValue = (row: MinuteRow, id: MinuteMetricId): number | undefined => {
  const { kind, formula } = metric(id);
  if (kind === 'ratio' && formula !== undefined)
    return ratioOf(id as Ratio, row.counts[formula.num], row.counts[formula.den]);
  if (kind !== 'gauge') return row.counts[id as CountId];
  const gauge = row[id as GaugeId];
  return gauge === undefined ? undefined : gauge.sum / gauge.n;
};

/** Fixed slots of one minute each, the newest on the right; a minute that was not whole or has no value is a gap. */
const slotsOf = <T>(
  minutes: readonly MinuteRow[],
  last: number,
  slots: number,
  pick: (row: MinuteRow) => T | undefined,
): (T | undefined)[] => {
  const held: (T | undefined)[] = new Array<T | undefined>(slots).fill(undefined);
  for (const row of minutes) {
    const slot = slots - 1 - (last - row.minute) / RULES.minuteMs;
    if (slot >= 0 && slot < slots && row.compare !== undefined) held[slot] = pick(row);
  }
  return held;
};

export const seriesOf = (
  minutes: readonly MinuteRow[],
  last: number,
  slots: number,
  id: MinuteMetricId,
): readonly (number | undefined)[] => slotsOf(minutes, last, slots, (row) => minuteValue(row, id));

export const pulsesOf = (minutes: readonly MinuteRow[], last: number, slots: number): readonly (number | undefined)[] =>
  slotsOf(minutes, last, slots, ({ compare }) => compare?.pulse);

/** An SVG path through the values that are there, broken at gaps. `at` gives a point of a slot. */
export const pathOf = (
  values: readonly (number | undefined)[],
  at: (slot: number, value: number) => readonly [number, number],
): string => {
  let path = '';
  let pen = false;
  for (const [slot, value] of values.entries()) {
    if (value === undefined) {
      pen = false;
      continue;
    }
    const [x, y] = at(slot, value);
    path += `${pen ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
    pen = true;
  }
  return path;
};

/** The areas between the values and the ground at `floor`, one for each run without a gap. */
export const areaOf = (
  values: readonly (number | undefined)[],
  at: (slot: number, value: number) => readonly [number, number],
  floor: number,
): string => {
  let path = '';
  let from: number | undefined;
  for (const [slot, value] of [...values, undefined].entries()) {
    if (value !== undefined) {
      const [x, y] = at(slot, value);
      path += from === undefined ? `M${x.toFixed(1)} ${floor}` : '';
      path += `L${x.toFixed(1)} ${y.toFixed(1)}`;
      from ??= slot;
    } else if (from !== undefined) {
      path += `L${at(slot - 1, 0)[0].toFixed(1)} ${floor}Z`;
      from = undefined;
    }
  }
  return path;
};
