import { type Principal, standingOf } from '@liveboard/access';
import { type Card, COMPARATOR, type MinuteRow, type RoomInfo } from '@liveboard/contracts';
import type { FastifyInstance } from 'fastify';
import { Refusal } from '../problem.ts';
import type { StoredCard } from './cards.ts';
import { heldRooms, type RestContext } from './context.ts';
import { MAX_MINUTES, type Range, readMinutes } from './minutes.ts';
import { parse } from './parse.ts';
import { listQuery, minutesQuery, roomParams, type SORTS } from './queries.ts';
import { createRights, lifeOf } from './rights.ts';

const ATTENTION = ['trouble', 'peak', 'watch', 'warming_up', 'steady'];

/**
 * By what the principal may see alone: an order would tell numbers too. `viewers`: of `stored`, since no card shows them.
 * Durations of rooms that are live run up to `asOf`.
 */
const rank = (card: Card, stored: StoredCard, sort: (typeof SORTS)[number], asOf: number): number => {
  const begin = card.started_at ?? card.totals_from;
  switch (sort) {
    case 'attention': {
      const place = card.compare === undefined ? ATTENTION.length : ATTENTION.indexOf(card.compare.state);
      return -(card.status === 'ended' ? ATTENTION.length + 1 + place : place);
    }
    case 'started_at':
      return begin;
    case 'duration':
      return (card.ended_at ?? asOf) - begin;
    case 'viewers':
      return (card.access === 'granted' ? stored.viewers : undefined) ?? -1;
    case 'gmv':
    case 'online':
      return card.metrics?.[sort] ?? -1;
  }
};

const plain = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase()
    .replace(/^@/, '');

const matches = (card: StoredCard, search: string): boolean =>
  [card.name, card.handle].some((text) => text !== undefined && plain(text).includes(plain(search)));

/** Somebody waits for the answer, ms. A list is of use without the numbers of what has ended. */
const MINUTES_WAIT_MS = 5_000;
const CARDS_WAIT_MS = 1_000;
const MINUTE_MS = 60_000;

/** What anybody with a contract may know of a live account whose seller has not granted more. */
const identity = ({ room_id, account_id, handle, name, avatar_url, status, totals_from }: RoomInfo): RoomInfo => ({
  room_id,
  ...(account_id === undefined ? {} : { account_id }),
  ...(handle === undefined ? {} : { handle }),
  ...(name === undefined ? {} : { name }),
  ...(avatar_url === undefined ? {} : { avatar_url }),
  status,
  totals_from,
  available: [],
});

/** Rooms' cards and minutes. */
export const registerRooms = (app: FastifyInstance, context: RestContext): void => {
  const { store, lease, directory, cards, history, record, authenticate } = context;
  const rights = createRights(directory, context.policy, Date.now);

  /** What the principal may know of a room: all, that it is there, or nothing. */
  const cardFor = (principal: Principal, card: StoredCard, held: ReadonlySet<string>): Card | undefined => {
    const { sees, permits } = rights.card(principal, card);
    if (sees === 'nothing') return undefined;
    if (sees === 'all') {
      const { state: _, pulse: __, viewers: ___, ...whole } = card;
      return {
        ...whole,
        access: 'granted',
        held: held.has(card.room_id),
        ...(permits === undefined ? {} : { permits }),
      };
    }
    const { partner_id } = principal;
    const state = partner_id === undefined ? 'none' : standingOf(directory, partner_id, card, Date.now());
    const access = state === 'requested' || state === 'declined' || state === 'revoked' ? state : 'none';
    return { ...identity(card), access };
  };

  /** The cards, those of ended rooms without their numbers where it cannot be recorded that these are shown. */
  const recordTotals = async (principal: Principal, page: readonly Card[]): Promise<readonly Card[]> => {
    const isPast = ({ status, access }: Card): boolean => status === 'ended' && access === 'granted';
    const reads = page.filter(isPast).map((card) => ({
      what: 'totals' as const,
      room: card,
      range: lifeOf(card),
      permits: card.permits ?? [],
    }));
    if (await record(CARDS_WAIT_MS, principal, reads)) return page;
    return page.map((card) => (isPast(card) ? { ...identity(card), access: 'granted', held: false } : card));
  };

  app.get('/v1/rooms', async (request) => {
    const principal = await authenticate(request);
    const query = parse(listQuery, request.query);
    const [{ cards: all, asOf }, held] = await Promise.all([cards.all(), heldRooms(lease, principal)]);
    const items = all
      .filter(
        (card) =>
          (query.status === undefined || card.status === query.status) &&
          (query.search === undefined || query.search === '' || matches(card, query.search)) &&
          (query.from === undefined || card.totals_from >= query.from) &&
          (query.to === undefined || card.totals_from < query.to),
      )
      .flatMap((stored) => {
        const card = cardFor(principal, stored, held);
        return card === undefined ? [] : [{ card, at: rank(card, stored, query.sort, asOf) }];
      })
      .sort((a, b) => b.at - a.at || (a.card.room_id < b.card.room_id ? -1 : 1))
      .map(({ card }) => card);
    let from = 0;
    if (query.cursor !== undefined) {
      from = items.findIndex(({ room_id }) => room_id === query.cursor) + 1;
      if (from === 0) throw new Refusal('INVALID_CURSOR', 'cursor: is not one of this list');
    }
    const page = await recordTotals(principal, items.slice(from, from + query.limit));
    const last = page.at(-1);
    return {
      items: page,
      ...(last !== undefined && from + query.limit < items.length ? { next_cursor: last.room_id } : {}),
      as_of: asOf,
    };
  });

  /** What of these minutes may be shown now, and what permits it. @throws Refusal where nothing may be. */
  const shown = (principal: Principal, info: RoomInfo, asked: Range, minutes: readonly MinuteRow[]) => {
    const { ranges, permits } = rights.minutes(principal, info.room_id, info, asked);
    const isShown = ({ minute }: MinuteRow): boolean => ranges.some(({ from, to }) => from <= minute && minute < to);
    return { minutes: minutes.filter(isShown).slice(-MAX_MINUTES), permits };
  };

  app.get('/v1/rooms/:id/minutes', async (request) => {
    const principal = await authenticate(request);
    const { id } = parse(roomParams, request.params);
    const { from = 0, to = Number.MAX_SAFE_INTEGER } = parse(minutesQuery, request.query);
    if (from >= to) throw new Refusal('INVALID_REQUEST', 'to: must be later than from');
    const room = await store.read(id);
    const asked = { from, to };
    const { ranges } = rights.minutes(principal, id, room?.live.room, asked);
    if (room === undefined) throw new Refusal('ROOM_NOT_FOUND', `room ${id} is not known`);
    const info = room.live.room;
    if (principal.role === 'partner' && info.status === 'live') {
      const held = await heldRooms(lease, principal);
      if (!held.has(id)) throw new Refusal('ROOM_NOT_MONITORED', 'a live room’s numbers need one of the five slots');
    }
    const read = await Promise.all(ranges.map((range) => readMinutes(history, id, room, range)));
    const toShow = shown(principal, info, asked, read.flat());
    const [first, last] = [toShow.minutes[0], toShow.minutes.at(-1)];
    if (first !== undefined && last !== undefined) {
      const range = { from: first.minute, to: last.minute + MINUTE_MS };
      const { permits } = toShow;
      if (!(await record(MINUTES_WAIT_MS, principal, [{ what: 'minutes', room: info, range, permits }])))
        throw new Refusal('UNAVAILABLE', 'reads of history are recorded, which cannot be done: Kafka does not answer');
    }
    // Rights may have ended while that was read and recorded.
    const { minutes, permits } = shown(principal, info, asked, toShow.minutes);
    return {
      minutes,
      comparator: COMPARATOR,
      compare: minutes.flatMap(({ compare }) => compare ?? []),
      permits,
    };
  });
};
