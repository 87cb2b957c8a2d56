import { Button } from 'antd';
import { formatCount, formatMoney } from '../format/number.ts';
import { formatLength, formatSecond } from '../format/time.ts';
import { Lock } from './badge.tsx';
import type { LaneView } from './lane-view.ts';

interface PanelProps {
  readonly view: LaneView;
  readonly now: number;
  readonly onChoose: () => void;
  readonly onClose: () => void;
  readonly onRetry: () => void;
  readonly onMakeRoom: () => void;
}

const REASONS: Readonly<Record<string, readonly [string, string]>> = {
  AUTHORIZATION_REVOKED: [
    'The seller took back access',
    'Numbers are removed from this screen. The slot is free again.',
  ],
  NOT_AUTHORIZED: ['The seller has not authorized this room', 'No numbers can be shown without it.'],
  NO_CONTRACT: ['Your contract is not in force', 'Numbers are removed from this screen. The slot is free again.'],
  ROOM_LIMIT: ['All five slots are taken', 'Slots are shared by your agency. Choose which room makes way.'],
  ROOM_ENDED: ['This livestream has ended', 'It no longer needs a slot.'],
  ROOM_NOT_FOUND: ['This room is not known', 'It may have ended long ago, or it never was in a contract of yours.'],
};

/** What stands in a lane that has no numbers to show any more. */
export const LanePanel = ({ view, now, onChoose, onClose, onRetry, onMakeRoom }: PanelProps) => {
  const { lane, totals, style } = view;
  const gone = lane?.entry.gone;
  if (gone !== undefined) {
    const [title, text] = REASONS[gone.code] ?? [gone.message, 'The slot is free again.'];
    return (
      <div className="lane-panel" role="alert">
        <span className="lane-panel-icon">
          <Lock size={18} />
        </span>
        <strong>{title}</strong>
        <p>{text}</p>
        <p className="lane-panel-note">
          {formatSecond(gone.at, style.locale)} · {gone.code}
        </p>
        <span className="lane-panel-actions">
          {gone.code === 'ROOM_LIMIT' ? (
            <>
              <Button type="primary" onClick={onMakeRoom}>
                Make room
              </Button>
              <Button onClick={onRetry}>Try again</Button>
            </>
          ) : (
            <Button onClick={onChoose}>Choose a room</Button>
          )}
          <Button onClick={onClose}>Close</Button>
        </span>
      </div>
    );
  }
  const ended = lane?.entry.ended;
  const left = (ended?.final_at ?? 0) - now;
  return (
    <div className="lane-panel">
      <span className="lane-panel-value">
        {totals === undefined ? '–' : formatMoney(totals.gmv, style.currency, style)}
      </span>
      {totals !== undefined && (
        <p>
          {formatCount(totals.paid_orders, style.locale)} paid orders
          {totals.pcu === undefined ? '' : `, peak ${formatCount(totals.pcu, style.locale)} online`}
        </p>
      )}
      <p className="lane-panel-note">
        {ended?.reason === 'silent' ? 'Ended after ten silent minutes. ' : ''}
        {left > 0 ? `Final in ${formatLength(left)}` : 'All minutes final'}
      </p>
      <span className="lane-panel-actions">
        <Button type="primary" onClick={onChoose}>
          Choose a room
        </Button>
        <Button onClick={onClose}>Close</Button>
      </span>
    </div>
  );
};
