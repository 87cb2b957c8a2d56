import { metric } from '@liveboard/contracts';
import { useRef } from 'react';
import { changeOf, NO_CHANGE } from '../format/change.ts';
import { Avatar } from './avatar.tsx';
import { Badge } from './badge.tsx';
import { ChangeChip } from './change-chip.tsx';
import type { LaneView } from './lane-view.ts';
import { Pulse } from './sparkline.tsx';
import { cellValue } from './value.ts';

interface PhoneListProps {
  readonly lanes: readonly LaneView[];
  readonly free: number;
  readonly onOpen: (roomId: string) => void;
  readonly onAdd: () => void;
}

/** A finger's way, px, from which a touch is a swipe. */
const SWIPE = 48;

/** Calls back with the direction of a horizontal swipe over the element. */
export const useSwipe = (onSwipe: (step: -1 | 1) => void) => {
  const from = useRef<{ x: number; y: number }>(undefined);
  return {
    onTouchStart: ({ touches }: React.TouchEvent) => {
      const touch = touches[0];
      from.current = touch === undefined ? undefined : { x: touch.clientX, y: touch.clientY };
    },
    onTouchEnd: ({ changedTouches }: React.TouchEvent) => {
      const touch = changedTouches[0];
      if (touch === undefined || from.current === undefined) return;
      const x = touch.clientX - from.current.x;
      const y = touch.clientY - from.current.y;
      if (Math.abs(x) > SWIPE && Math.abs(x) > 2 * Math.abs(y)) onSwipe(x < 0 ? 1 : -1);
    },
  };
};

/** Five rooms on a phone: state, name, GMV a minute and its change, pulse. A tap or a swipe opens one lane. */
export const PhoneList = ({ lanes, free, onOpen, onAdd }: PhoneListProps) => {
  const swiped = useRef<string>(undefined);
  const swipe = useSwipe(() => {
    if (swiped.current !== undefined) onOpen(swiped.current);
  });
  return (
    <ul className="phone-list" {...swipe}>
      {lanes.map((view) => {
        const { room_id, name, avatar, condition, compare, info, totals, style, minutes, still, stale, tone } = view;
        const gmv =
          info === undefined ? undefined : cellValue({ id: 'gmv', info, totals, compare, mode: 'minute', style });
        const change = still ? NO_CHANGE : changeOf(compare?.metrics.gmv, metric('gmv').better, style.locale);
        return (
          <li key={room_id}>
            <button
              type="button"
              className={`phone-row${tone === 'none' ? '' : ` is-${tone}`}${still ? ' is-still' : ''}${stale ? ' is-late' : ''}`}
              onTouchStart={() => {
                swiped.current = room_id;
              }}
              onClick={() => onOpen(room_id)}
            >
              <Avatar name={name} url={avatar} />
              <span className="phone-who">
                <strong dir="auto">{name}</strong>
                <Badge condition={condition} />
              </span>
              <span className="phone-value">
                <span className="value">{gmv === undefined ? '–' : gmv.main}</span>
                <span className="sub">{gmv?.reason ?? 'GMV / min'}</span>
              </span>
              <span className="phone-change">
                <ChangeChip change={change} />
                <Pulse minutes={minutes} last={compare?.minute} />
              </span>
            </button>
          </li>
        );
      })}
      {free > 0 && (
        <li>
          <button type="button" className="phone-add" onClick={onAdd}>
            Add a room, {free} {free === 1 ? 'slot' : 'slots'} free
          </button>
        </li>
      )}
    </ul>
  );
};
