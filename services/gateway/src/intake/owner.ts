import type { Principal } from '@liveboard/access';
import type { PartitionMeta, RoomClaims, RoomStore } from '@liveboard/live-store';
import { type EventError, type IntakeEvent, MAX_ERRORS } from './judge.ts';

/** `unknown`: Redis has lost its data and ingest has not put it back, so nobody can tell whose a room is. */
export type Ownership =
  | { readonly kind: 'theirs' }
  | { readonly kind: 'refused'; readonly errors: readonly EventError[] }
  | { readonly kind: 'unknown' };

export interface OwnerOptions {
  readonly store: Pick<RoomStore, 'info' | 'metas'>;
  readonly claims: RoomClaims;
  /** For how many ms from now Redis' data is too young to be whole. */
  readonly youngMs: () => Promise<number>;
  readonly partitionOf: (roomId: string) => number;
  /** The accounts that rooms had which Redis may have forgotten. */
  readonly former: (rooms: readonly string[]) => Promise<ReadonlyMap<string, string>>;
}

/** Whether a principal may write events of these rooms. Rejects when Redis does not answer. */
export type Owner = (principal: Pick<Principal, 'account_ids'>, events: readonly IntakeEvent[]) => Promise<Ownership>;

const ALL = '*';
const FOREIGN_ACCOUNT: Omit<EventError, 'index'> = {
  reason: 'foreign_account',
  path: 'account_id',
  rule: 'must be an account of the token',
};
const FOREIGN_ROOM: Omit<EventError, 'index'> = {
  reason: 'foreign_room',
  path: 'room_id',
  rule: 'must be a room of an account of the token; a new room begins with its room.started',
};

const isWhole = ({ applied }: PartitionMeta): boolean => applied !== undefined && applied >= 0;

const refuse = (
  events: readonly IntakeEvent[],
  isWrong: (event: IntakeEvent) => boolean,
  error: Omit<EventError, 'index'>,
): Ownership => {
  const wrong = events.filter(isWrong).slice(0, MAX_ERRORS);
  return { kind: 'refused', errors: wrong.map(({ index }) => ({ index, ...error })) };
};

/**
 * A room's account is what ingest says; before ingest has read the room, the account of the first `room.started` that
 * any gateway took for it, which may stand in the same batch, unless it is a room of old that had another. An event of a
 * room that has none of these is refused with the words for another's room: which rooms others have is not told.
 */
export const createOwner = ({ store, claims, youngMs, partitionOf, former }: OwnerOptions): Owner => {
  /** Rooms of which ingest knows no account, though it would if Redis had all that it wrote. */
  const isLost = async (rooms: readonly string[]): Promise<boolean> => {
    const { metas } = await store.metas();
    const whole = new Set(metas.filter(isWhole).map(({ partition }) => partition));
    return rooms.some((room) => !whole.has(partitionOf(room))) && (await youngMs()) > 0;
  };

  return async ({ account_ids = [] }, events) => {
    const mine = new Set(account_ids);
    const starts = new Map<string, string>();
    for (const { room_id, account_id } of events)
      if (account_id !== undefined && !starts.has(room_id)) starts.set(room_id, account_id);

    if (mine.has(ALL)) {
      // Without Redis their events go on; only others may then take the name of such a room for a moment.
      for (const [room, account] of starts) claims.claim(room, account).catch(() => undefined);
      return { kind: 'theirs' };
    }

    const isForeign = ({ account_id }: IntakeEvent): boolean => account_id !== undefined && !mine.has(account_id);
    if (events.some(isForeign)) return refuse(events, isForeign, FOREIGN_ACCOUNT);

    const rooms = [...new Set(events.map(({ room_id }) => room_id))];
    const known = await Promise.all(rooms.map((room) => store.info(room)));
    const accounts = new Map(rooms.map((room, n) => [room, known[n]?.account_id]));
    const unread = rooms.filter((room) => accounts.get(room) === undefined);
    if (unread.length > 0 && (await isLost(unread))) return { kind: 'unknown' };
    const held = await Promise.all(unread.map((room) => claims.holder(room)));
    const begun = unread.filter((room, n) => held[n] === undefined && starts.has(room));
    const before = begun.length === 0 ? undefined : await former(begun);
    for (const [n, room] of unread.entries()) accounts.set(room, held[n] ?? before?.get(room) ?? starts.get(room));

    const isTheirs = ({ room_id }: IntakeEvent): boolean => {
      const account = accounts.get(room_id);
      return account !== undefined && mine.has(account);
    };
    const answer = (): Ownership =>
      events.every(isTheirs) ? { kind: 'theirs' } : refuse(events, (event) => !isTheirs(event), FOREIGN_ROOM);
    const first = answer();
    if (first.kind !== 'theirs') return first;
    // What is refused claims nothing. Somebody else may be faster.
    const claimed = await Promise.all(begun.map((room) => claims.claim(room, starts.get(room) as string)));
    for (const [n, room] of begun.entries()) accounts.set(room, claimed[n]);
    return answer();
  };
};
