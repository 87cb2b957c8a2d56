import { type Comparison, type MinuteMetricId, type MinuteRow, metric } from '@liveboard/contracts';
import { memo } from 'react';
import { changeOf, NO_CHANGE } from '../format/change.ts';
import { ChangeChip } from './change-chip.tsx';
import { HeroLine, Sparkline } from './sparkline.tsx';
import { cellWords } from './words.ts';

interface CellProps {
  readonly room: string;
  readonly name: string;
  readonly id: MinuteMetricId;
  readonly main: string;
  readonly sub: string;
  /** Why `main` is a dash. */
  readonly reason: string | undefined;
  readonly held: Comparison | undefined;
  readonly minutes: readonly MinuteRow[];
  readonly last: number | undefined;
  readonly still: boolean;
  readonly className: string;
  readonly locale: string;
  readonly col: number;
  readonly row: number;
}

const useChange = ({ id, held, still, locale }: Pick<CellProps, 'id' | 'held' | 'still' | 'locale'>) =>
  still ? NO_CHANGE : changeOf(held, metric(id).better, locale);

/** One indicator of one room: value, change, shape. */
export const Cell = memo((props: CellProps) => {
  const { room, name, id, main, sub, reason, minutes, last, className, col, row } = props;
  const change = useChange(props);
  return (
    <td
      className={className}
      tabIndex={-1}
      data-col={col}
      data-row={row}
      data-room={room}
      data-metric={id}
      aria-label={cellWords(name, metric(id).label, reason ?? main, reason === sub ? '' : sub, change)}
    >
      <div className="cell" aria-hidden="true">
        <span className={reason === undefined ? 'value' : 'value is-missing'}>{main}</span>
        {reason === undefined || change.reason === undefined ? <ChangeChip change={change} /> : <span />}
        <span className="sub">{sub}</span>
        {reason === undefined && <Sparkline minutes={minutes} last={last} id={id} />}
      </div>
    </td>
  );
});

/** GMV: the largest number of a lane, with its half hour. */
export const HeroCell = memo((props: CellProps & { readonly note: string | undefined }) => {
  const { room, name, id, main, sub, reason, held, minutes, last, className, col, row, note, still } = props;
  const change = useChange(props);
  return (
    <td
      className={className}
      tabIndex={-1}
      data-col={col}
      data-row={row}
      data-room={room}
      data-metric={id}
      aria-label={cellWords(name, 'GMV', reason ?? main, reason === sub ? '' : sub, change)}
    >
      <div className="hero" aria-hidden="true">
        <span className={reason === undefined ? 'hero-value' : 'hero-value is-missing'}>{main}</span>
        <span className="hero-sub">
          <span>{sub}</span>
          {/* Made anew when it changes: a chip that grows must not push anything. */}
          <span key={change.text} className="hero-change">
            {note !== undefined && !still && <span className="note">{note}</span>}
            <ChangeChip change={change} />
          </span>
        </span>
        <HeroLine minutes={minutes} last={last} base={held?.base} />
      </div>
    </td>
  );
});

/** Where the numbers will be, in their final places. */
export const SkeletonCell = ({ hero, className }: { readonly hero?: boolean; readonly className: string }) => (
  <td className={className} aria-label="loading" aria-busy="true">
    <div className={hero === true ? 'hero skeleton' : 'cell skeleton'} aria-hidden="true">
      <i className="bone is-wide" />
      <i className="bone is-narrow" />
      {hero === true && <i className="bone is-line" />}
    </div>
  </td>
);
