import type { Card } from '@liveboard/contracts';
import { Input, type InputRef, Modal } from 'antd';
import { type KeyboardEvent, useRef, useState } from 'react';
import { formatMoney } from '../format/number.ts';
import { Avatar } from './avatar.tsx';
import { Badge } from './badge.tsx';

interface PickerProps {
  readonly cards: readonly Card[] | undefined;
  /** Rooms in the lanes already. */
  readonly shown: readonly string[];
  readonly title: string;
  /** Why the last choice came to nothing. */
  readonly failure: string | undefined;
  readonly locale: string;
  readonly onPick: (card: Card) => void;
  readonly onClose: () => void;
}

const ACCESS: Readonly<Record<Card['access'], string>> = {
  granted: '',
  requested: 'Access requested',
  declined: 'Access declined',
  revoked: 'Access revoked',
  none: 'No access to its data',
};

const plain = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase()
    .replace(/^@/, '');

/** A list of live rooms to choose one from; typing filters by name and handle. */
export const RoomPicker = ({ cards, shown, title, failure, locale, onPick, onClose }: PickerProps) => {
  const [search, setSearch] = useState('');
  const list = useRef<HTMLDivElement>(null);
  const input = useRef<InputRef>(null);
  const wanted = (cards ?? []).filter(
    ({ name = '', handle = '' }) => plain(name).includes(plain(search)) || plain(handle).includes(plain(search)),
  );
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const isInput = event.target instanceof HTMLInputElement;
    const buttons = [...(list.current?.querySelectorAll<HTMLButtonElement>('.room-row:enabled') ?? [])];
    if (event.key === 'Enter' && isInput) buttons[0]?.click();
    if (step === undefined) return;
    event.preventDefault();
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    buttons[isInput ? 0 : (at + step + buttons.length) % buttons.length]?.focus();
  };
  return (
    <Modal
      open
      title={title}
      footer={null}
      onCancel={onClose}
      width={520}
      destroyOnHidden
      afterOpenChange={(isOpen) => {
        if (isOpen) input.current?.focus();
      }}
    >
      <div ref={list}>
        <Input
          ref={input}
          onKeyDown={onKeyDown}
          aria-label="Search by name or handle"
          placeholder="Name or handle"
          value={search}
          onChange={({ target }) => setSearch(target.value)}
          allowClear
        />
        {failure !== undefined && (
          <p className="sixth-why" role="alert">
            {failure}
          </p>
        )}
        <div className="room-list">
          {cards === undefined && failure === undefined && <p className="quiet">Asking which rooms are live</p>}
          {cards?.length === 0 && <p className="quiet">No one is live right now. This list fills by itself.</p>}
          {cards !== undefined && cards.length > 0 && wanted.length === 0 && (
            <p className="quiet">No live room matches “{search}”.</p>
          )}
          {wanted.map((card) => {
            const { room_id, name = room_id, handle, avatar_url, access, compare, metrics, currency, held } = card;
            const isShown = shown.includes(room_id);
            const note = isShown ? 'On this page' : ACCESS[access];
            return (
              <button
                key={room_id}
                type="button"
                className="room-row"
                disabled={isShown || access !== 'granted'}
                onKeyDown={onKeyDown}
                onClick={() => onPick(card)}
              >
                <Avatar name={name} url={avatar_url} size={30} />
                <span className="room-who">
                  <strong dir="auto">{name}</strong>
                  <small dir="auto">{held === true && !isShown ? `${handle} · in one of your slots` : handle}</small>
                </span>
                <span className="room-note">
                  {note !== '' ? (
                    note
                  ) : (
                    <>
                      {metrics?.gmv !== undefined && <span>{formatMoney(metrics.gmv, currency, { locale })}</span>}
                      {compare !== undefined && <Badge condition={{ kind: compare.state }} />}
                    </>
                  )}
                </span>
              </button>
            );
          })}
        </div>
      </div>
    </Modal>
  );
};
