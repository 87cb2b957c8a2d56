import { memo } from 'react';
import type { Change } from '../format/change.ts';

const ARROWS = { up: '▲', down: '▼', flat: '', none: '' } as const;

/** Arrow, sign, number: grey within noise, coloured beyond it, filled where it is strong. */
export const ChangeChip = memo(({ change }: { readonly change: Change }) => {
  const { text, direction, signal, tone } = change;
  // `tone` is good or bad news; which hue stands for a rise is the viewer's choice.
  const hue = tone === 'none' ? '' : tone === 'better' ? ' is-better' : ' is-worse';
  return (
    <span key={text} className={`chip is-${signal}${hue}`}>
      {ARROWS[direction] !== '' && <span className="chip-arrow">{ARROWS[direction]}</span>}
      {text}
    </span>
  );
});
