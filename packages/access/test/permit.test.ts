import { describe, expect, it } from 'vitest';
import { createDirectory, openModules, type Principal, permit, type Range, REFUSALS } from '../src/index.ts';
import { contract, grant, PARTNER, record, shopContract, shopGrant } from './world.ts';

const day = (text: string): number => Date.parse(`${text}T00:00:00Z`);
const NO_LIMIT = { lookbackDays: 0 };

const live = (records: readonly object[], subject: object, at: number, who: Principal = PARTNER) => {
  const answer = permit(createDirectory(records), who, 'LA', subject, { kind: 'live', at });
  return answer.ok ? answer.receipts.map(({ contract_id }) => contract_id) : answer.code;
};
/** What may be seen of `[from, to)` of a room of account `a`. */
const past = (
  records: readonly object[],
  range: { started_at: number; from?: number; to?: number; at?: number },
  policy = NO_LIMIT,
) => {
  const { started_at, from = 0, to = Number.MAX_SAFE_INTEGER, at = day('2026-01-01') } = range;
  const asked: Range = { kind: 'history', at, started_at, from, to };
  const answer = permit(createDirectory(records), PARTNER, 'LA', { account_id: 'a' }, asked, policy);
  return answer.ok ? answer : answer.code;
};

describe('a live look', () => {
  const records = [contract('c', { from: 100, to: 200 }), grant()];

  it('is permitted from the contract’s first instant up to, not at, its end', () => {
    const looks = [99, 100, 199, 200].map((at) => live(records, { account_id: 'a' }, at));
    expect(looks).toEqual(['NO_CONTRACT', ['c'], ['c'], 'NO_CONTRACT']);
  });

  it('ends by itself with the contract or the authorization, and of several with the last', () => {
    const until = (more: readonly object[]) => {
      const answer = permit(createDirectory(more), PARTNER, 'LA', { account_id: 'a' }, { kind: 'live', at: 150 });
      return answer.ok ? answer.until : answer.code;
    };
    expect(until(records)).toBe(200);
    expect(until([contract('c', { from: 100, to: 200 }), grant({ expires_at: 170 })])).toBe(170);
    expect(until([...records, contract('d', { from: 0, to: 300 })])).toBe(300);
    expect(until([...records, contract('d', { from: 0 })])).toBeUndefined();
  });

  it('at a shop’s contract covers the rooms of that shop, and none without an account', () => {
    const shop = [shopContract('c'), shopGrant()];
    expect(live(shop, { account_id: 'x', shop_id: 's' }, 1)).toEqual(['c']);
    expect(live(shop, { account_id: 'x', shop_id: 't' }, 1)).toBe('ROOM_NOT_FOUND');
    expect(live(shop, { account_id: 'x' }, 1)).toBe('ROOM_NOT_FOUND');
    expect(live(shop, { shop_id: 's' }, 1)).toBe('ROOM_NOT_FOUND');
    expect(live(shop, { shop_id: 's' }, 1, { sub: 'o', role: 'operator' })).toEqual([]);
  });

  it('needs contract and authorization for the same account or shop', () => {
    const room = { account_id: 'a', shop_id: 's' };
    expect(live([contract('c', {}), shopGrant()], room, 1)).toBe('NOT_AUTHORIZED');
    expect(live([shopContract('c'), grant()], room, 1)).toBe('NOT_AUTHORIZED');
    expect(live([shopContract('s'), contract('c', {}), grant()], room, 1)).toEqual(['c']);
  });

  it('of an authorization for one contract is not permitted by another', () => {
    const two = [contract('c', { to: 100 }), contract('d', { from: 100 }), grant({ contract_id: 'c' })];
    expect([99, 100].map((at) => live(two, { account_id: 'a' }, at))).toEqual([['c'], 'NO_CONTRACT']);
    expect(live([contract('d', {}), grant({ contract_id: 'c' })], { account_id: 'a' }, 1)).toBe('NOT_AUTHORIZED');
  });

  it('is refused by an account whose name is that of another’s shop', () => {
    const disguised = { partner_id: 'p', account_id: 'shop:s', state: 'granted', scopes: ['live'] };
    const records = [shopContract('c'), record('authorization', 'p~shop:s', disguised)];
    expect(live(records, { account_id: 'x', shop_id: 's' }, 1)).toBe('NOT_AUTHORIZED');
  });
});

describe('history', () => {
  const signed = { from: day('2020-05-01'), to: day('2020-10-01') };
  const again = { from: day('2021-07-01') };
  const records = [contract('first', signed), contract('second', again), grant()];
  const hour = 3_600_000;

  it('of a contract that ended and was signed again has both periods, and not what lies between', () => {
    for (const border of [signed.from, again.from]) {
      expect(past(records, { started_at: border - 1 })).toBe('OUTSIDE_CONTRACT');
      expect(past(records, { started_at: border })).toMatchObject({ ok: true });
    }
    expect(past(records, { started_at: signed.to - 1 })).toMatchObject({ intervals: [signed] });
    expect(past(records, { started_at: signed.to })).toBe('OUTSIDE_CONTRACT');
    expect(past(records, { started_at: day('2021-01-01') })).toBe('OUTSIDE_CONTRACT');
  });

  it('has of a room what lies within the period in which it started', () => {
    const started_at = signed.from + hour;
    const asks = (from: number, to: number) => {
      const answer = past(records, { started_at, from, to });
      return typeof answer === 'string' ? answer : answer.intervals;
    };
    expect(asks(signed.from - 1, signed.from)).toBe('OUTSIDE_CONTRACT');
    expect(asks(signed.from - 1, signed.from + 1)).toEqual([{ from: signed.from, to: signed.from + 1 }]);
    expect(asks(signed.to - 1, signed.to)).toEqual([{ from: signed.to - 1, to: signed.to }]);
    expect(asks(signed.to - 1, signed.to + 1)).toEqual([{ from: signed.to - 1, to: signed.to }]);
    expect(asks(signed.to, signed.to + 1)).toBe('OUTSIDE_CONTRACT');
    // Another period: its contract is good for rooms that started in it.
    expect(asks(again.from, again.from + hour)).toBe('OUTSIDE_CONTRACT');
  });

  it('names the contracts that permit it', () => {
    const answer = past(records, { started_at: signed.to - hour, from: signed.to - hour, to: again.from + hour });
    expect(answer).toMatchObject({ receipts: [{ authorization_id: 'p~a', contract_id: 'first', ...signed }] });
    expect(past(records, { started_at: again.from })).toMatchObject({
      receipts: [{ contract_id: 'second', ...again }],
    });
  });

  it('goes through a renewal without a gap as if it were one contract, and names both', () => {
    const renewed = [contract('c', { from: 100, to: 200 }), contract('d', { from: 200, to: 300 }), grant()];
    expect(past(renewed, { started_at: 150, from: 0, to: 400 })).toMatchObject({
      intervals: [{ from: 100, to: 300 }],
      receipts: [{ contract_id: 'c' }, { contract_id: 'd' }],
    });
    const gap = [contract('c', { from: 100, to: 199 }), contract('d', { from: 200, to: 300 }), grant()];
    expect(past(gap, { started_at: 150, from: 0, to: 400 })).toMatchObject({ intervals: [{ from: 100, to: 199 }] });
  });

  it('is cut by the lookback limit after the contract, with a refusal of its own', () => {
    const at = day('2026-07-01');
    const limit = at - 183 * 24 * hour;
    const open = [contract('c', { from: day('2020-01-01') }), grant()];
    const ask = (started_at: number, from: number, to: number, lookbackDays = 183) =>
      past(open, { at, started_at, from, to }, { lookbackDays });
    expect(ask(limit - hour, limit - hour, limit)).toBe('BEYOND_LOOKBACK');
    expect(ask(limit - hour, limit - hour, limit + 1)).toMatchObject({
      intervals: [{ from: limit, to: limit + 1 }],
      receipts: [{ contract_id: 'c', lookback_from: limit }],
    });
    expect(ask(limit - hour, limit - hour, limit, 0)).toMatchObject({ intervals: [{ from: limit - hour, to: limit }] });
    const none = past(open, { at, started_at: limit - hour }, { lookbackDays: 0 });
    expect(JSON.stringify(none)).not.toContain('lookback_from');
    // Both rules refuse: the contract is asked first.
    const late = [contract('c', { from: limit + hour }), grant()];
    expect(past(late, { at, started_at: 0, to: 1 }, { lookbackDays: 183 })).toBe('OUTSIDE_CONTRACT');
    const young = past(
      [contract('c', { from: limit + hour }), grant()],
      { at, started_at: limit + hour },
      { lookbackDays: 183 },
    );
    expect(young).toMatchObject({ receipts: [{ contract_id: 'c', from: limit + hour }] });
    expect(JSON.stringify(young)).not.toContain('lookback_from');
  });

  it('is hidden by a revocation, and not by the end of the contract', () => {
    const over = [contract('c', { from: 100, to: 200 }), grant()];
    expect(past(over, { started_at: 150 })).toMatchObject({ ok: true });
    expect(past([...over, grant({ state: 'revoked' }, 2)], { started_at: 150 })).toBe('AUTHORIZATION_REVOKED');
  });

  it('of hosts and operators is not cut', () => {
    const range: Range = { kind: 'history', at: day('2026-01-01'), started_at: 5, from: 0, to: 10 };
    const host = { sub: 'h', role: 'host', account_ids: ['a'] } as const;
    for (const who of [host, { sub: 'o', role: 'operator' }] as const)
      expect(permit(createDirectory(), who, 'LA', { account_id: 'a' }, range)).toEqual({
        ok: true,
        intervals: [{ from: 0, to: 10 }],
        receipts: [],
      });
  });
});

describe('the modules of a partner', () => {
  it('are those of its contracts in force', () => {
    const directory = createDirectory([
      contract('c', { services: ['creator_matchmaking'], from: 100, to: 200 }),
      contract('d', { services: ['creator_management', 'no such service'], from: 150 }),
    ]);
    expect([99, 100, 150, 200].map((at) => openModules(directory, PARTNER, at).join(' '))).toEqual([
      '',
      'CR DO VI',
      'CA CR DO LA PA VA VI',
      'CA CR DO LA PA VA VI',
    ]);
    expect(openModules(directory, { ...PARTNER, partner_id: 'q' }, 150)).toEqual([]);
    expect(openModules(directory, { sub: 'o', role: 'operator' }, 150)).toEqual([]);
  });
});

it('every refusal has a rule of its own', () => {
  const rules = Object.values(REFUSALS).map(({ rule }) => rule);
  expect(new Set(rules).size).toBe(rules.length);
});
