import { createDirectory, type Principal } from '@liveboard/access';
import type { RoomInfo } from '@liveboard/contracts';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../src/problem.ts';
import { createRights } from '../src/rest/rights.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = 1_000 * DAY;
const PARTNER = { sub: 's', role: 'partner', partner_id: 'p' } as const;
const OPERATOR = { sub: 'o', role: 'operator' } as const;
const ALWAYS = { from: 0, to: NOW + DAY };

/** Rights under one contract for the account `acct`. */
const create = (period: { from: number; to?: number }, scopes = ['live', 'history'], lookbackDays = 183) => {
  const about = { partner_id: 'p', account_id: 'acct' };
  const of = (kind: string, id: string, body: object) => ({ v: 1, kind, id, rev: 1, by: 'test', body });
  const directory = createDirectory([
    of('contract', 'c', { ...about, level: 'account', services: ['live_management'], ...period }),
    of('authorization', 'p~acct', { ...about, state: 'granted', scopes }),
  ]);
  return createRights(directory, { lookbackDays }, () => NOW);
};
const room = (started_at: number, more: Partial<RoomInfo> = {}): RoomInfo => ({
  room_id: 'r',
  account_id: 'acct',
  totals_from: started_at,
  started_at,
  status: 'live',
  available: [],
  ...more,
});
const ended = (from: number, to: number): RoomInfo => room(from, { status: 'ended', ended_at: to });
const receipt = (from: number, to?: number) => ({
  authorization_id: 'p~acct',
  contract_id: 'c',
  from,
  ...(to === undefined ? {} : { to }),
});

describe('a card', () => {
  it('of a live room is shown whole while a contract is in force', () => {
    expect(create({ from: NOW }).card(PARTNER, room(NOW - HOUR))).toEqual({ sees: 'all' });
    expect(create({ from: NOW + 1 }).card(PARTNER, room(NOW))).toEqual({ sees: 'there' });
    expect(create({ from: 0 }).card(PARTNER, room(NOW, { account_id: 'other' }))).toEqual({ sees: 'nothing' });
    expect(create({ from: 0 }).card({ sub: 'x', role: 'seller' }, room(NOW))).toEqual({ sees: 'nothing' });
  });

  it('of an ended room is history: whole or not at all, and it names what permits it', () => {
    const past = ended(NOW - 3 * HOUR, NOW - HOUR);
    const from = NOW - DAY;
    expect(create({ from }).card(PARTNER, past)).toEqual({ sees: 'all', permits: [receipt(from)] });
    expect(create({ from, to: NOW - HOUR }).card(PARTNER, past)).toMatchObject({ sees: 'all' });
    expect(create({ from, to: NOW - HOUR - 1 }).card(PARTNER, past)).toEqual({ sees: 'there' });
    expect(create({ from: NOW - 3 * HOUR + 1 }).card(PARTNER, past)).toEqual({ sees: 'there' });
    expect(create({ from }, ['live']).card(PARTNER, past)).toEqual({ sees: 'there' });
    expect(create({ from }).card(OPERATOR, past)).toEqual({ sees: 'all' });
    expect(create({ from }).card(PARTNER, ended(NOW - HOUR, NOW - HOUR))).toMatchObject({ sees: 'all' });
  });
});

describe('minutes', () => {
  const why = (work: () => unknown): unknown => {
    try {
      return work();
    } catch (error) {
      return error instanceof Refusal ? { code: error.code, says: error.message, ...error.more } : error;
    }
  };

  it('are whole ones within the contract and the range', () => {
    const from = NOW - DAY;
    const ask = (period: { from: number; to?: number }, range = ALWAYS) =>
      create(period).minutes(PARTNER, 'r', room(from + HOUR), range);
    expect(ask({ from })).toEqual({ ranges: [{ from, to: ALWAYS.to }], permits: [receipt(from)] });
    expect(ask({ from: from + 1, to: NOW }).ranges).toEqual([{ from: from + MINUTE, to: NOW }]);
    expect(ask({ from, to: NOW - 1 }).ranges).toEqual([{ from, to: NOW - MINUTE }]);
    // A range takes the minutes that begin in it.
    expect(ask({ from }, { from: NOW, to: NOW + 1 }).ranges).toEqual([{ from: NOW, to: NOW + MINUTE }]);
    expect(ask({ from }, { from: NOW + 1, to: NOW + MINUTE + 1 }).ranges).toEqual([
      { from: NOW + MINUTE, to: NOW + 2 * MINUTE },
    ]);
    expect(ask({ from, to: NOW - 1 }, { from: NOW - MINUTE, to: NOW }).ranges).toEqual([]);
  });

  it('are no further back than the limit', () => {
    const limit = NOW - 183 * DAY;
    const { ranges, permits } = create({ from: 0 }).minutes(PARTNER, 'r', room(limit - HOUR), ALWAYS);
    expect(ranges).toEqual([{ from: limit, to: ALWAYS.to }]);
    expect(permits).toEqual([{ ...receipt(0), lookback_from: limit }]);
    expect(create({ from: 0 }, ['history'], 0).minutes(PARTNER, 'r', room(5), ALWAYS).ranges).toEqual([ALWAYS]);
  });

  it('are refused by the rule that is named', () => {
    const rights = create({ from: NOW - DAY });
    expect(why(() => rights.minutes(PARTNER, 'r', room(NOW - DAY - 1), ALWAYS))).toMatchObject({
      code: 'OUTSIDE_CONTRACT',
      rule: expect.any(String),
    });
    expect(why(() => create({ from: 0 }, ['live']).minutes(PARTNER, 'r', room(NOW), ALWAYS))).toMatchObject({
      code: 'NOT_AUTHORIZED',
    });
  });

  it('of a room that was never contracted are refused as those of one that is not there', () => {
    const rights = create({ from: 0 });
    const askers: readonly Principal[] = [PARTNER, { sub: 'h', role: 'host', account_ids: ['acct'] }];
    for (const who of askers) {
      const absent = why(() => rights.minutes(who, 'r', undefined, ALWAYS));
      expect(absent).toEqual({ code: 'ROOM_NOT_FOUND', says: expect.any(String) });
      for (const strange of [room(NOW, { account_id: 'other' }), room(NOW, { account_id: undefined as never })])
        expect(why(() => rights.minutes(who, 'r', strange, ALWAYS))).toEqual(absent);
    }
    const seller: Principal = { sub: 'x', role: 'seller' };
    const forbidden = why(() => rights.minutes(seller, 'r', room(NOW), ALWAYS));
    expect(forbidden).toMatchObject({ code: 'FORBIDDEN_ROLE' });
    expect(why(() => rights.minutes(seller, 'r', undefined, ALWAYS))).toEqual(forbidden);
    expect(why(() => rights.minutes(OPERATOR, 'r', undefined, ALWAYS))).toMatchObject({ code: 'ROOM_NOT_FOUND' });
    expect(rights.minutes(OPERATOR, 'r', room(5), ALWAYS)).toMatchObject({ permits: [] });
  });
});
