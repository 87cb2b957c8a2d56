import { Dropdown } from 'antd';
import type { DragEvent } from 'react';
import { formatMinute, formatOnAir, formatSecond } from '../format/time.ts';
import { Avatar } from './avatar.tsx';
import { Badge } from './badge.tsx';
import type { LaneView } from './lane-view.ts';
import { Pulse } from './sparkline.tsx';
import { conditionWord } from './words.ts';

export interface LaneActions {
  readonly leave: (roomId: string) => void;
  readonly replace: (roomId: string) => void;
  readonly move: (roomId: string, to: number) => void;
}

interface HeaderProps extends LaneActions {
  readonly view: LaneView;
  readonly at: number;
  readonly count: number;
  readonly now: number;
  readonly className: string;
}

const DRAGGED = 'application/x-liveboard-room';

const aside = ({ condition, info, style }: LaneView, now: number): string => {
  const started = info?.started_at ?? info?.totals_from;
  if (condition.kind === 'ended')
    return `at ${formatMinute(condition.at, style.locale)}${started === undefined ? '' : `, ${formatOnAir(condition.at - started)}`}`;
  if (condition.kind === 'stale') return `last event ${formatSecond(condition.lastAt, style.locale)}`;
  return started === undefined ? '' : formatOnAir(now - started);
};

/** Who the lane is: identity, condition, time on air, and the pulse of half an hour. Drag it to move the lane. */
export const LaneHeader = ({ view, at, count, now, className, leave, replace, move }: HeaderProps) => {
  const { room_id, name, handle, avatar, slot, condition, compare, minutes, info, style } = view;
  const started = info?.started_at ?? info?.totals_from;
  const title =
    started === undefined
      ? undefined
      : `${info?.title ?? ''}\nstarted ${formatMinute(started, style.locale)} your time, ${formatMinute(started, style.locale, info?.timezone ?? 'UTC')} ${info?.timezone ?? 'UTC'}, ${formatMinute(started, style.locale, 'UTC')} UTC`.trim();
  const onDrop = (event: DragEvent): void => {
    const dragged = event.dataTransfer.getData(DRAGGED);
    event.preventDefault();
    if (dragged !== '' && dragged !== room_id) move(dragged, at);
  };
  return (
    <th
      className={className}
      scope="col"
      tabIndex={-1}
      data-col={at + 1}
      data-row={0}
      data-room={room_id}
      draggable
      onDragStart={(event) => event.dataTransfer.setData(DRAGGED, room_id)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={onDrop}
      aria-label={`${name}, ${conditionWord(condition)}${slot === undefined ? '' : `, slot ${slot}`}`}
    >
      <div className="lane-head">
        <Avatar name={name} url={avatar} />
        <span className="lane-name" dir="auto" title={title}>
          {name}
        </span>
        <span className="lane-handle" dir="auto">
          {handle}
        </span>
        <Dropdown
          trigger={['click']}
          menu={{
            items: [
              {
                key: 'left',
                label: 'Move left',
                extra: 'Shift ←',
                disabled: at === 0,
                onClick: () => move(room_id, at - 1),
              },
              {
                key: 'right',
                label: 'Move right',
                extra: 'Shift →',
                disabled: at === count - 1,
                onClick: () => move(room_id, at + 1),
              },
              { type: 'divider' },
              { key: 'replace', label: 'Swap for another room', extra: 'S', onClick: () => replace(room_id) },
              { key: 'leave', label: `Leave ${name}`, extra: 'X', onClick: () => leave(room_id) },
            ],
          }}
        >
          <button type="button" className="slot" aria-label={`Menu of ${name}`}>
            <kbd>{slot ?? '⋯'}</kbd>
          </button>
        </Dropdown>
        <span className="lane-state">
          <Badge condition={condition} />
          <span key={conditionWord(condition)} className="on-air">
            {aside(view, now)}
          </span>
          {!['gone', 'ended', 'stale'].includes(condition.kind) && <Pulse minutes={minutes} last={compare?.minute} />}
        </span>
      </div>
    </th>
  );
};
