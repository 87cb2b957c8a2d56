import type { Outcome } from '@liveboard/client';
import { Button, Modal } from 'antd';
import { useState } from 'react';
import { Avatar } from './avatar.tsx';
import { Badge } from './badge.tsx';
import { type Candidate, suggest } from './suggest.ts';
import { listNames } from './words.ts';

interface SixthProps {
  readonly name: string;
  readonly agency: string;
  readonly me: string;
  readonly candidates: readonly Candidate[];
  readonly onReplace: (roomId: string) => Promise<Outcome>;
  readonly onClose: () => void;
}

const WHY: Readonly<Record<string, string>> = {
  ROOM_LIMIT: 'A colleague still watches that room, so its slot did not become free.',
  NOT_SUBSCRIBED: 'That room is not yours to give up any more.',
  ROOM_ENDED: 'The room you wanted has just ended.',
  NOT_AUTHORIZED: 'The seller has not authorized the room you wanted.',
  AUTHORIZATION_REVOKED: 'The seller took back access to the room you wanted.',
  DISCONNECTED: 'There is no connection right now.',
  UNAVAILABLE: 'The slots cannot be changed for a few seconds.',
};

/** Five rooms are watched: one of them makes way for a sixth, as one step. */
export const SixthRoom = ({ name, agency, me, candidates, onReplace, onClose }: SixthProps) => {
  const [chosen, setChosen] = useState(() => suggest(candidates)?.view.room_id);
  const [why, setWhy] = useState<string>();
  const [busy, setBusy] = useState(false);
  const candidate = candidates.find(({ view }) => view.room_id === chosen);
  const isSuggested = candidate !== undefined && candidate === suggest(candidates);
  const replace = async (): Promise<void> => {
    if (chosen === undefined) return;
    setBusy(true);
    const outcome = await onReplace(chosen);
    setBusy(false);
    if (outcome.ok) onClose();
    else setWhy(`${WHY[outcome.code] ?? outcome.message} Nothing was changed.`);
  };
  return (
    <Modal
      open
      width={560}
      title="You watch five rooms already"
      onCancel={onClose}
      destroyOnHidden
      footer={
        <div className="sixth-foot">
          <span className="quiet">
            {candidate !== undefined && candidate.others.length > 0
              ? `${listNames(candidate.others)} ${candidate.others.length === 1 ? 'watches' : 'watch'} this room too.`
              : isSuggested
                ? 'Suggested: a calm room, watched longest.'
                : ''}
          </span>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="primary" loading={busy} disabled={candidate === undefined} onClick={() => void replace()}>
            Replace {candidate?.view.name}
          </Button>
        </div>
      }
    >
      <p className="sixth-text">
        Which one should make room for <strong dir="auto">{name}</strong>? Slots are shared by everyone at {agency}.
      </p>
      {why !== undefined && (
        <p className="sixth-why" role="alert">
          {why}
        </p>
      )}
      <div className="room-list" role="radiogroup" aria-label="Room that makes way">
        {candidates.map(({ view, others, mine }) => (
          <label key={view.room_id} className={view.room_id === chosen ? 'room-row is-chosen' : 'room-row'}>
            <input
              type="radio"
              name="sixth-room"
              className="sr-only"
              checked={view.room_id === chosen}
              onChange={() => setChosen(view.room_id)}
            />
            <Avatar name={view.name} url={view.avatar} size={30} />
            <span className="room-who">
              <strong dir="auto">{view.name}</strong>
              <small>watched by {listNames([...(mine ? [me] : []), ...others])}</small>
            </span>
            <span className="room-note">
              <Badge condition={view.condition} />
              {view.slot !== undefined && <kbd>{view.slot}</kbd>}
            </span>
          </label>
        ))}
      </div>
    </Modal>
  );
};
