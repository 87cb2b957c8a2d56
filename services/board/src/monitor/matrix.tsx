import { type MinuteMetricId, metric, RULES } from '@liveboard/contracts';
import { Button } from 'antd';
import { memo } from 'react';
import { formatMinute } from '../format/time.ts';
import { Cell, HeroCell, SkeletonCell } from './cell.tsx';
import { useCellCard } from './cell-card.tsx';
import { baseNote } from './condition.ts';
import { useGridKeys } from './grid-keys.ts';
import { type LaneActions, LaneHeader } from './lane-header.tsx';
import { LanePanel } from './lane-panel.tsx';
import type { LaneView } from './lane-view.ts';
import { Pinned } from './pinned.tsx';
import { captionOf, ROWS, type ValueMode } from './rows.ts';
import { cellValue } from './value.ts';

interface FreeSlotProps extends Pick<MatrixProps, 'free' | 'full' | 'open' | 'add'> {
  readonly first: boolean;
}

export interface MatrixProps extends LaneActions {
  readonly lanes: readonly LaneView[];
  /** Slots that nobody uses. */
  readonly free: number;
  /** The slots that are not ours are in use by colleagues: what is added must be one of theirs. */
  readonly full: boolean;
  /** Rooms that could take one; unknown while loading. */
  readonly open: number | undefined;
  readonly mode: ValueMode;
  readonly now: number;
  readonly locale: string;
  readonly add: () => void;
  /** For a room that found no slot: ask again, or let another make way. */
  readonly retry: (roomId: string) => void;
  readonly makeRoom: (roomId: string) => void;
  readonly gridRef: (goTo: (row: number, col: number) => boolean) => void;
}

/** A table of live cells that the arrow keys walk through. */
const GRID = { role: 'grid' } as const;

const laneClass = ({ tone, still, stale }: LaneView, part: string): string =>
  `${part}${tone === 'none' ? '' : ` is-${tone}`}${still ? ' is-still' : ''}${stale ? ' is-late' : ''}`;

const isPanel = ({ condition: { kind } }: LaneView): boolean => kind === 'gone' || kind === 'ended';

const MetricCell = ({
  view,
  id,
  mode,
  col,
  row,
}: {
  view: LaneView;
  id: MinuteMetricId;
  mode: ValueMode;
  col: number;
  row: number;
}) => {
  const { room_id, name, info, totals, compare, style, minutes, still } = view;
  const hero = id === 'gmv';
  const className = laneClass(view, hero ? 'hero-td' : 'td');
  if (info === undefined) return <SkeletonCell hero={hero} className={className} />;
  const value = cellValue({ id, info, totals, compare, mode, style });
  const shared = {
    room: room_id,
    name,
    id,
    main: value.main,
    sub: value.sub,
    reason: value.reason,
    held: compare?.metrics[id],
    minutes,
    last: compare?.minute,
    still,
    className,
    locale: style.locale,
    col: col + 1,
    row,
  };
  return hero ? <HeroCell {...shared} note={baseNote(compare?.base_minutes ?? 0)} /> : <Cell {...shared} />;
};

const RowLabel = memo(({ id, mode }: { readonly id: MinuteMetricId; readonly mode: ValueMode }) => {
  const { label, kind, definition } = metric(id);
  return (
    <th scope="row" className="label" title={definition}>
      <span>{label}</span>
      <small>{captionOf(kind, mode)}</small>
    </th>
  );
});

const Corner = ({ minute, locale }: { readonly minute: number | undefined; readonly locale: string }) => (
  <th scope="col" className="label corner">
    {minute === undefined ? (
      <>
        <span className="corner-minute">First minute</span>
        <small>none is closed yet</small>
      </>
    ) : (
      <>
        <span className="corner-minute">{formatMinute(minute, locale)} against</span>
        <small>
          mean {formatMinute(minute - RULES.baseMinutes * RULES.minuteMs, locale)}–
          {formatMinute(minute - RULES.minuteMs, locale)}
        </small>
      </>
    )}
    <small className="corner-pulse">Pulse, 30 min →</small>
  </th>
);

const openText = (open: number): string => {
  if (open === 0) return 'No other room is live with data right now.';
  return open === 1 ? 'One more room is live with data.' : `${open} more rooms are live with data.`;
};

/** `full`: the agency's other slots are all in use by colleagues. */
const FreeSlot = ({ first, free, full, open, add }: FreeSlotProps) => (
  <div className="free">
    <strong>{full ? 'All five slots are in use' : free === 1 ? 'One slot is free' : 'Free slot'}</strong>
    {full && <p>Rooms that colleagues watch already need no other slot.</p>}
    {!full && first && open !== undefined && <p>{openText(open)}</p>}
    <Button onClick={add}>Add a room {first && <kbd>A</kbd>}</Button>
  </div>
);

/** Rows are indicators, columns are rooms: a row compares, a column tells. */
export const Matrix = ({
  lanes,
  free,
  full,
  open,
  mode,
  now,
  locale,
  add,
  retry,
  makeRoom,
  gridRef,
  ...actions
}: MatrixProps) => {
  const keys = useGridKeys({
    move: (roomId, step) => actions.move(roomId, lanes.findIndex(({ room_id }) => room_id === roomId) + step),
    open: (cell) => cell.querySelector('button')?.focus(),
  });
  const cell = useCellCard(lanes);
  gridRef(keys.goTo);
  const minutes = lanes.flatMap(({ compare, still }) => (compare === undefined || still ? [] : [compare.minute]));
  const minute = minutes.length === 0 ? lanes.find(({ compare }) => compare)?.compare?.minute : Math.max(...minutes);
  /** GMV, the rows and the foot. */
  const height = ROWS.length + 2;
  const slots = Array.from({ length: free }, (_, i) => i);
  return (
    <>
      <table
        ref={keys.grid}
        {...GRID}
        className="matrix"
        aria-label="Rooms side by side"
        {...cell.on}
        onKeyDown={(event) => {
          keys.onKeyDown(event);
          cell.on.onKeyDown(event);
        }}
        onFocus={(event) => {
          keys.onFocus(event);
          cell.on.onFocus(event);
        }}
      >
        <colgroup>
          <col className="col-label" />
          {lanes.map(({ room_id }) => (
            <col key={room_id} />
          ))}
          {slots.map((i) => (
            <col key={i} className="col-free" />
          ))}
        </colgroup>
        <thead>
          <tr>
            <Corner minute={minute} locale={locale} />
            {lanes.map((view, i) => (
              <LaneHeader
                key={view.room_id}
                view={view}
                at={i}
                count={lanes.length}
                now={now}
                className={laneClass(view, 'head-td')}
                {...actions}
              />
            ))}
            {slots.map((i) => (
              <td key={i} className="free-head" />
            ))}
          </tr>
        </thead>
        <tbody>
          {(['gmv', ...ROWS] as const).map((id, row) => (
            <tr key={id}>
              {id === 'gmv' ? (
                <th scope="row" className="label hero-label">
                  <span>GMV</span>
                  <small>{mode === 'total' ? 'total so far' : 'last min · total'}</small>
                  <small className="hero-label-line">per minute, last 30 minutes</small>
                </th>
              ) : (
                <RowLabel id={id} mode={mode} />
              )}
              {lanes.map((view, col) => {
                if (!isPanel(view))
                  return <MetricCell key={view.room_id} view={view} id={id} mode={mode} col={col} row={row + 1} />;
                if (row > 0) return null;
                return (
                  <td key={view.room_id} rowSpan={height} className="panel-td">
                    <LanePanel
                      view={view}
                      now={now}
                      onChoose={() => actions.replace(view.room_id)}
                      onClose={() => actions.leave(view.room_id)}
                      onRetry={() => retry(view.room_id)}
                      onMakeRoom={() => makeRoom(view.room_id)}
                    />
                  </td>
                );
              })}
              {row === 0 &&
                slots.map((i) => (
                  <td key={i} rowSpan={height} className="free-td">
                    <FreeSlot first={i === 0} free={free} full={full} open={open} add={add} />
                  </td>
                ))}
            </tr>
          ))}
          <tr className="foot">
            <th scope="row" className="label">
              <span>Pinned</span>
            </th>
            {lanes.map((view) =>
              isPanel(view) ? null : (
                <td key={view.room_id} className={laneClass(view, 'td foot-td')}>
                  <Pinned view={view} now={now} />
                </td>
              ),
            )}
          </tr>
        </tbody>
      </table>
      {cell.card}
    </>
  );
};
