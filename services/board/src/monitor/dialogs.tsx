import { ProblemError } from '@liveboard/client';
import type { Card, Monitoring } from '@liveboard/contracts';
import type { LaneView } from './lane-view.ts';
import { KeysDialog, LeaveDialog } from './overlays.tsx';
import { RoomPicker } from './room-picker.tsx';
import { SixthRoom } from './sixth-room.tsx';
import { candidatesOf } from './suggest.ts';
import type { useDialogs } from './use-dialogs.ts';
import type { Lanes } from './use-lanes.ts';
import { useMe } from './use-rooms.ts';

interface DialogsProps {
  readonly dialogs: ReturnType<typeof useDialogs>;
  readonly lanes: Lanes;
  readonly views: readonly LaneView[];
  readonly cards: readonly Card[] | undefined;
  readonly listError: Error | null;
  readonly monitoring: Monitoring | undefined;
  readonly locale: string;
}

const whyNot = (error: Error | null): string | undefined => {
  if (error === null) return undefined;
  const { title, code } =
    error instanceof ProblemError ? error.problem : { title: 'The server does not answer', code: '' };
  return `The list of rooms could not be loaded: ${title}. It is asked for again every ten seconds. ${code}`;
};

/** The dialog that is open, if any. */
export const Dialogs = ({ dialogs, lanes, views, cards, listError, monitoring, locale }: DialogsProps) => {
  const { dialog, failure, close, pick } = dialogs;
  const { data: me } = useMe();
  const nameOf = (id: string): string => views.find(({ room_id }) => room_id === id)?.name ?? id;
  switch (dialog?.kind) {
    case 'pick':
      return (
        <RoomPicker
          cards={cards}
          shown={lanes.rooms ?? []}
          title={dialog.for === undefined ? 'Add a room' : `A room in place of ${nameOf(dialog.for)}`}
          failure={failure ?? (cards === undefined ? whyNot(listError) : undefined)}
          locale={locale}
          onPick={(card) => void pick(card)}
          onClose={close}
        />
      );
    case 'sixth':
      return (
        <SixthRoom
          name={dialog.name}
          agency={me?.partner?.name ?? 'your agency'}
          me={me?.name ?? 'you'}
          candidates={candidatesOf(
            views.filter(({ condition: { kind } }) => kind !== 'gone' && kind !== 'ended'),
            monitoring,
            me?.sub ?? '',
          )}
          onReplace={(from) => lanes.replace(from, dialog.to)}
          onClose={close}
        />
      );
    case 'leave':
      return (
        <LeaveDialog
          name={nameOf(dialog.room)}
          onLeave={() => {
            lanes.leave(dialog.room);
            close();
          }}
          onClose={close}
        />
      );
    case 'keys':
      return <KeysDialog onClose={close} />;
    default:
      return null;
  }
};
