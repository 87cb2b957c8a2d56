import { COMPARATOR, type MinuteMetricId, metric, RULES } from '@liveboard/contracts';
import { changeOf } from '../format/change.ts';
import { formatMinute } from '../format/time.ts';
import { ChangeChip } from './change-chip.tsx';
import type { LaneView } from './lane-view.ts';
import { cellValue, formatValue } from './value.ts';

const STATES = { provisional: 'running', closed: 'closed, may still move', final: 'final' } as const;

const signed = (text: string, negative: boolean): string => `${negative ? '\u2212' : '+'}${text}`;

/** All that stands behind a change: the minute, its base, how far they are apart, what the numbers mean. */
export const ChangeCard = ({ view, id }: { readonly view: LaneView; readonly id: MinuteMetricId }) => {
  const { compare, style, info, totals, minutes, name, still } = view;
  const one = metric(id);
  const { locale } = style;
  const full = { ...style, full: true };
  const held = compare?.metrics[id];
  const value = info === undefined ? undefined : cellValue({ id, info, totals, compare, mode: 'total', style: full });
  const clock = (ts: number): string => formatMinute(ts, locale);
  const rows: [string, string][] = [];
  if (value?.reason !== undefined) rows.push(['Not available', value.reason]);
  else if (value !== undefined && one.kind !== 'ratio')
    rows.push([one.kind === 'gauge' ? 'Now' : 'Total so far', value.main]);
  if (compare !== undefined && held !== undefined) {
    const n = held.base_minutes ?? compare.base_minutes;
    const from = compare.minute - RULES.baseMinutes * RULES.minuteMs;
    const state = minutes.find(({ minute }) => minute === compare.minute)?.state ?? 'closed';
    rows.push([`Minute ${clock(compare.minute)}`, formatValue(one, held.value, full)]);
    if (held.base !== undefined) {
      const difference = held.value - held.base;
      rows.push([`Mean ${clock(from)}–${clock(compare.minute - RULES.minuteMs)}`, formatValue(one, held.base, full)]);
      rows.push([
        'Difference',
        one.unit === 'share'
          ? `${signed(Math.abs(difference * 100).toFixed(2), difference < 0)} percentage points`
          : signed(formatValue(one, Math.abs(difference), full), difference < 0),
      ]);
    }
    rows.push([
      'Base',
      n === RULES.baseMinutes ? 'all five minutes' : `base from ${n} of ${RULES.baseMinutes} minutes`,
    ]);
    rows.push(['This minute is', STATES[state]]);
  }
  return (
    <div className="card">
      <div className="card-head">
        <span>
          <strong>{one.label}</strong> <span dir="auto">{name}</span>
        </span>
        {!still && <ChangeChip change={changeOf(held, one.better, locale)} />}
      </div>
      <dl>
        {rows.map(([label, text]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <p>{one.definition}</p>
      <p className="card-foot">
        {one.formula === undefined
          ? ''
          : `${metric(one.formula.num).label} / ${metric(one.formula.den).label}${one.formula.factor === 1 ? '' : ` × ${one.formula.factor}`} · `}
        {COMPARATOR} · catalogue {one.version}
      </p>
    </div>
  );
};
