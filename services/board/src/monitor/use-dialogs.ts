import type { Card } from '@liveboard/contracts';
import { LIMITS } from '@liveboard/contracts';
import { useState } from 'react';
import type { LaneView } from './lane-view.ts';
import type { Lanes } from './use-lanes.ts';

/** What floats over the page. `for`: the lane that a chosen room shall replace. */
export type Dialog =
  | { readonly kind: 'pick'; readonly for?: string }
  | { readonly kind: 'sixth'; readonly to: string; readonly name: string }
  | { readonly kind: 'leave'; readonly room: string }
  | { readonly kind: 'keys' };

const isOver = ({ condition: { kind } }: LaneView): boolean => kind === 'gone' || kind === 'ended';

/** Choosing, adding, swapping and leaving rooms. */
export const useDialogs = (lanes: Lanes, views: readonly LaneView[]) => {
  const [dialog, setDialog] = useState<Dialog>();
  const [failure, setFailure] = useState<string>();
  const close = (): void => {
    setDialog(undefined);
    setFailure(undefined);
  };

  const pick = async (card: Card): Promise<void> => {
    const { room_id, name = room_id } = card;
    const sixth: Dialog = { kind: 'sixth', to: room_id, name };
    const asked = dialog?.kind === 'pick' ? dialog.for : undefined;
    // A lane whose room is over gives its place without a question.
    const place = asked ?? (views.length < LIMITS.rooms ? undefined : views.find(isOver)?.room_id);
    if (place === undefined && views.length >= LIMITS.rooms) {
      setDialog(sixth);
      return;
    }
    const outcome = place === undefined ? await lanes.add(room_id) : await lanes.replace(place, room_id);
    if (outcome.ok) close();
    else if (outcome.code === 'ROOM_LIMIT' && place === undefined) setDialog(sixth);
    else setFailure(outcome.message);
  };
  return { dialog, failure, open: setDialog, close, pick };
};
