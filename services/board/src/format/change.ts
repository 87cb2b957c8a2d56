import type { Comparison, Metric, Signal } from '@liveboard/contracts';
import { formatPercent, NOT_AVAILABLE } from './number.ts';

export type Direction = 'up' | 'down' | 'flat' | 'none';

/** A change, ready to be shown. `tone` is its colour: none where the change is noise. */
export interface Change {
  readonly text: string;
  readonly direction: Direction;
  readonly signal: Signal;
  readonly tone: 'better' | 'worse' | 'none';
  /** The same in words, for screen readers. */
  readonly words: string;
  /** Why there is no number. */
  readonly reason?: string;
}

const MINUS = '\u2212';

const plain = (text: string, reason: string): Change => ({
  text,
  direction: 'none',
  signal: 'quiet',
  tone: 'none',
  words: reason,
  reason,
});

const toneOf = (direction: Direction, better: Metric['better'], signal: Signal): Change['tone'] => {
  if (signal === 'quiet' || better === 'none' || (direction !== 'up' && direction !== 'down')) return 'none';
  return direction === better ? 'better' : 'worse';
};

/** `+12%`, `−7.4%`, `×11` from +1000 %, `= 0%` below half a percent, `new` over a base of 0, `–` without one. */
export const changeOf = (held: Comparison | undefined, better: Metric['better'], locale: string): Change => {
  if (held?.base === undefined) return plain(NOT_AVAILABLE, 'no base yet');
  if (held.delta === undefined)
    return held.value > 0
      ? { ...plain('new', 'base was 0'), words: 'new, the last five minutes had none' }
      : plain(NOT_AVAILABLE, 'base was 0');
  const { delta, signal = 'quiet' } = held;
  const percent = formatPercent(delta, locale);
  if (Math.abs(delta) < 0.005)
    return {
      text: `= ${formatPercent(0, locale).replace(/[.,]0/, '')}`,
      direction: 'flat',
      signal: 'quiet',
      tone: 'none',
      words: 'unchanged',
    };
  const direction = delta > 0 ? 'up' : 'down';
  const times = delta >= 10 ? `\u00d7${Math.round(delta + 1).toLocaleString(locale)}` : undefined;
  const text = times ?? `${delta > 0 ? '+' : MINUS}${percent}`;
  const size =
    times === undefined ? `${direction} ${percent.replace('%', ' percent')}` : `${Math.round(delta + 1)} times`;
  return {
    text,
    direction,
    signal,
    tone: toneOf(direction, better, signal),
    words: `${size} against the last five minutes${signal === 'quiet' ? '' : `, ${signal}`}`,
  };
};

/** While nothing arrives: no change is shown, since it would speak of a minute long past. */
export const NO_CHANGE: Change = plain(NOT_AVAILABLE, 'the numbers stand still');
