import type { Outcome } from '@liveboard/client';
import { LIMITS } from '@liveboard/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo } from 'react';
import { useLive } from '../live/live.tsx';
import { navigate, useAddress } from '../route.ts';
import { useLiveRooms, useMe, useMonitoring } from './use-rooms.ts';

/** The columns of the page, in the member's own order. They live in the address. */
export interface Lanes {
  /** Undefined until it is known what to show. */
  readonly rooms: readonly string[] | undefined;
  add(roomId: string): Promise<Outcome>;
  leave(roomId: string): void;
  /** Puts `to` in the column of `from`, whole or not at all. */
  replace(from: string, to: string): Promise<Outcome>;
  move(roomId: string, to: number): void;
  /** Asks again for a room that was refused. */
  retry(roomId: string): void;
}

const read = (address: URL): readonly string[] | undefined => {
  const asked = address.searchParams.get('rooms');
  if (asked === null) return undefined;
  return [...new Set(asked.split(',').filter((id) => /^[A-Za-z0-9._:-]{1,64}$/.test(id)))].slice(0, LIMITS.rooms);
};

const write = (rooms: readonly string[]): void => {
  const address = new URL(location.href);
  address.searchParams.delete('rooms');
  const rest = address.searchParams.toString();
  // Commas stay readable: they separate, they are no part of an id.
  navigate(`${address.pathname}?rooms=${rooms.join(',')}${rest === '' ? '' : `&${rest}`}`, true);
};

export const useLanes = (): Lanes => {
  const { feed } = useLive();
  const address = useAddress();
  const queries = useQueryClient();
  const list = useLiveRooms();
  const monitoring = useMonitoring();
  const key = read(address)?.join(',');
  const rooms = useMemo(() => (key === undefined ? undefined : key === '' ? [] : key.split(',')), [key]);

  const { data: me } = useMe();
  const isAsked = (me !== undefined && me.role !== 'partner') || monitoring.data !== undefined || monitoring.isError;
  /** What to watch where nobody said it: what the agency holds, else what needs it most. Empty while nobody is live. */
  const choice = useMemo(() => {
    if (!isAsked || list.data === undefined) return undefined;
    const held = monitoring.data?.rooms.map(({ room_id }) => room_id) ?? [];
    const open = list.data.filter(({ access }) => access === 'granted').map(({ room_id }) => room_id);
    return held.length > 0 ? held : open.slice(0, LIMITS.rooms);
  }, [isAsked, list.data, monitoring.data]);
  useEffect(() => {
    if (rooms !== undefined) return;
    if (choice !== undefined && choice.length > 0) write(choice);
  }, [rooms, choice]);

  const renewSlots = useCallback(() => queries.invalidateQueries({ queryKey: ['monitoring'] }), [queries]);

  useEffect(() => {
    if (rooms === undefined) return;
    for (const id of [...feed.rooms.keys()]) if (!rooms.includes(id)) feed.leave(id);
    for (const id of rooms) if (!feed.rooms.has(id)) void feed.watch(id).then(renewSlots);
  }, [rooms, feed, renewSlots]);

  return useMemo(
    () => ({
      // Nobody is live: the page says so, and fills by itself.
      rooms: rooms ?? (choice?.length === 0 ? choice : undefined),
      add: async (roomId) => {
        const outcome = await feed.watch(roomId);
        if (outcome.ok) write([...(rooms ?? []), roomId]);
        else feed.leave(roomId);
        await renewSlots();
        return outcome;
      },
      leave: (roomId) => {
        write((rooms ?? []).filter((id) => id !== roomId));
        void renewSlots();
      },
      replace: async (from, to) => {
        const phase = feed.rooms.get(from)?.phase;
        const hasSlot = phase === 'live' || phase === 'opening';
        const outcome = hasSlot ? await feed.swap(from, to) : await feed.watch(to);
        if (outcome.ok) write((rooms ?? []).filter((id) => id !== to).map((id) => (id === from ? to : id)));
        else if (!hasSlot) feed.leave(to);
        await renewSlots();
        return outcome;
      },
      retry: (roomId) => {
        feed.leave(roomId);
        void feed.watch(roomId).then(renewSlots);
      },
      move: (roomId, to) => {
        const others = (rooms ?? []).filter((id) => id !== roomId);
        const at = Math.max(0, Math.min(others.length, to));
        write([...others.slice(0, at), roomId, ...others.slice(at)]);
      },
    }),
    [rooms, choice, feed, renewSlots],
  );
};
