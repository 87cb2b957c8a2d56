import { type Directory, isWithin, type Permission, type Policy, type Principal, permit } from '@liveboard/access';
import type { Permit, RoomInfo } from '@liveboard/contracts';
import { Refusal } from '../problem.ts';
import type { Range } from './minutes.ts';

const MINUTE_MS = 60_000;
const floor = (ms: number): number => Math.floor(ms / MINUTE_MS) * MINUTE_MS;
const ceil = (ms: number): number => Math.ceil(ms / MINUTE_MS) * MINUTE_MS;

/** What a principal may know of a card's room: `all` of its numbers, that it is `there`, or nothing. */
export interface CardRight {
  readonly sees: 'all' | 'there' | 'nothing';
  /** What permits numbers of the past; a live card needs no receipt. */
  readonly permits?: readonly Permit[];
}

/** What REST asks of the one function that decides. */
export interface Rights {
  card(principal: Principal, info: RoomInfo): CardRight;
  /**
   * The minutes of a room that may be read, as ranges of whole ones, of those that begin in `range`. A room that is not known is
   * refused as one that was never contracted is. @throws Refusal
   */
  minutes(
    principal: Principal,
    roomId: string,
    info: RoomInfo | undefined,
    range: Range,
  ): { readonly ranges: readonly Range[]; readonly permits: readonly Permit[] };
}

const MODULE = 'LA';
const beginOf = ({ started_at, totals_from }: RoomInfo): number => started_at ?? totals_from;

/** All that a room's totals are of, once it has ended. */
export const lifeOf = (info: RoomInfo): Range => {
  const from = Math.min(beginOf(info), info.totals_from);
  return { from, to: Math.max(info.ended_at ?? 0, from + 1) };
};

export const createRights = (directory: Directory, policy: Policy, now: () => number): Rights => {
  const past = (principal: Principal, info: RoomInfo, { from, to }: Range): Permission =>
    permit(
      directory,
      principal,
      MODULE,
      info,
      { kind: 'history', at: now(), started_at: beginOf(info), from, to },
      policy,
    );
  return {
    card: (principal, info) => {
      const { from: begin, to: end } = lifeOf(info);
      const isLive = info.status === 'live';
      const answer = isLive
        ? permit(directory, principal, MODULE, info, { kind: 'live', at: now() })
        : past(principal, info, { from: begin, to: end });
      if (!answer.ok)
        return { sees: answer.code === 'ROOM_NOT_FOUND' || answer.code === 'FORBIDDEN_ROLE' ? 'nothing' : 'there' };
      if (isLive) return { sees: 'all' };
      // Totals cannot be cut: they are shown where all of the room may be.
      if (!isWithin(answer.intervals, begin, end)) return { sees: 'there' };
      return { sees: 'all', ...(answer.receipts.length === 0 ? {} : { permits: answer.receipts }) };
    },
    minutes: (principal, roomId, info, { from, to }) => {
      const unknown = new Refusal('ROOM_NOT_FOUND', `room ${roomId} is not known`);
      // Whoever may see no room at all is not told which there are.
      const answer = past(principal, info ?? NOBODYS, { from: ceil(from), to: ceil(to) });
      if (!answer.ok) {
        if (answer.code === 'ROOM_NOT_FOUND') throw unknown;
        throw new Refusal(answer.code, answer.rule, { rule: answer.rule });
      }
      if (info === undefined) throw unknown;
      const ranges = answer.intervals.map((each) => ({ from: ceil(each.from), to: floor(each.to ?? to) }));
      return { ranges: ranges.filter((each) => each.from < each.to), permits: answer.receipts };
    },
  };
};

/** Stands for a room that is not there. */
const NOBODYS: RoomInfo = { room_id: '', totals_from: 0, status: 'ended', available: [] };
