import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createDirectory,
  type Directory,
  decideStep,
  type Principal,
  STEPS,
  type Step,
  type StepTerms,
  stepsOf,
} from '../src/index.ts';
import { contract, grant, PARTNER, record, shopContract } from './world.ts';

const MAIN: Principal = { sub: 'm', role: 'seller', account_ids: ['a', 'b'], shop_ids: ['s'], main: true };
const CLERK: Principal = { ...MAIN, sub: 'c', main: false };
const STRANGER: Principal = { ...MAIN, sub: 'x', account_ids: ['elsewhere'], shop_ids: [] };
const RIVAL: Principal = { sub: 'r', role: 'partner', partner_id: 'q' };
const ALL = Object.keys(STEPS) as Step[];
const KNOWN = [record('partner', 'p', { name: 'P' }), contract('c', {})];
const ID = 'p~a';

const code = (directory: Directory, who: Principal, step: Step, id = ID, terms: StepTerms = {}, at = 10): string => {
  const decided = decideStep(directory, who, step, id, terms, at);
  return decided.ok ? decided.record.body.state : decided.code;
};

describe('a step of an authorization', () => {
  it('is for the role that it belongs to, whatever there is', () => {
    const roles: readonly Principal[] = [
      CLERK,
      { sub: 'h', role: 'host', account_ids: ['a'] },
      { sub: 'o', role: 'operator', account_ids: ['*'], main: true },
      { sub: 'v', role: 'service', account_ids: ['*'] },
      { sub: 'n', role: 'partner' },
    ];
    for (const there of [[], KNOWN, [...KNOWN, grant({ state: 'requested' })]])
      for (const step of ALL) {
        const directory = createDirectory(there);
        for (const who of roles) expect(code(directory, who, step), `${who.role} ${step}`).toBe('FORBIDDEN_ROLE');
        const other = STEPS[step].by === 'partner' ? MAIN : PARTNER;
        expect(code(directory, other, step), `${other.role} ${step}`).toBe('FORBIDDEN_ROLE');
      }
  });

  it('on what is somebody else’s or not there is refused alike', () => {
    const directory = createDirectory([...KNOWN, grant({ state: 'requested' })]);
    const ask = (who: Principal, step: Step, id: string) => decideStep(directory, who, step, id, {}, 10);
    for (const [who, step] of [
      [STRANGER, 'grant'],
      [STRANGER, 'decline'],
      [STRANGER, 'revoke'],
      [RIVAL, 'withdraw'],
    ] as const) {
      expect(ask(who, step, ID)).toEqual(ask(who, step, 'p~nowhere'));
      expect(ask(who, step, ID)).toMatchObject({ ok: false, code: 'AUTHORIZATION_NOT_FOUND' });
    }
    for (const id of ['', '~', 'p', 'p~', 'nobody~b'])
      expect(code(directory, MAIN, 'grant', id), id).toBe('AUTHORIZATION_NOT_FOUND');
    expect(code(directory, MAIN, 'revoke', 'p~b')).toBe('AUTHORIZATION_NOT_FOUND');
    expect(code(directory, RIVAL, 'request', 'p~a')).toBe('AUTHORIZATION_NOT_FOUND');
  });

  it('of a partner that asks needs a contract about the same account or shop', () => {
    const directory = createDirectory([contract('c', {}), shopContract('d', { to: 5 })]);
    expect(code(directory, PARTNER, 'request', 'p~b')).toBe('NO_CONTRACT');
    expect(code(directory, PARTNER, 'request', ID, { contract_id: 'd' })).toBe('NO_CONTRACT');
    expect(code(directory, PARTNER, 'request', ID, { contract_id: 'c' })).toBe('requested');
    // A contract that is over: history of its time can be granted.
    expect(code(directory, PARTNER, 'request', 'p~shop:s')).toBe('requested');
  });

  it('may be a grant that nobody asked for', () => {
    expect(code(createDirectory([record('partner', 'p', { name: 'P' })]), MAIN, 'grant', 'p~shop:s')).toBe('granted');
    expect(code(createDirectory([contract('c', {})]), MAIN, 'grant')).toBe('granted');
    expect(code(createDirectory(), MAIN, 'grant')).toBe('AUTHORIZATION_NOT_FOUND');
  });

  it('that is not legal says what would be', () => {
    const directory = createDirectory([...KNOWN, grant(), grant({ state: 'revoked' }, 2)]);
    expect(decideStep(directory, MAIN, 'grant', ID, {}, 10)).toMatchObject({
      code: 'CONFLICT',
      detail: expect.stringMatching(/^revoked to granted: .*requested \(partner\)/),
    });
    expect(code(directory, MAIN, 'revoke')).toBe('CONFLICT');
    expect(code(directory, PARTNER, 'withdraw')).toBe('CONFLICT');
    expect(code(directory, PARTNER, 'request')).toBe('requested');
  });

  it('keeps scopes, end and contract that it does not name, and who granted', () => {
    const body = (there: readonly unknown[], step: Step, terms: StepTerms, at = 10, who: Principal = MAIN) => {
      const decided = decideStep(createDirectory([...KNOWN, ...there]), who, step, ID, terms, at);
      return decided.ok ? decided.record : decided;
    };
    const asked = grant({ state: 'requested', scopes: ['live'], contract_id: 'c' });
    expect(body([asked], 'grant', {})).toMatchObject({
      rev: 2,
      by: 'm',
      body: { state: 'granted', scopes: ['live'], contract_id: 'c', by: 'm' },
    });
    expect(body([asked], 'grant', { scopes: ['history', 'history'], expires_at: 11 })).toMatchObject({
      body: { scopes: ['history'], expires_at: 11 },
    });
    expect(body([asked], 'grant', { expires_at: 10 })).toMatchObject({ code: 'INVALID_REQUEST' });
    const until = grant({ expires_at: 100, scopes: ['live'] });
    expect(body([until], 'grant', { scopes: ['history'] })).toMatchObject({ body: { expires_at: 100 } });
    expect(body([until], 'grant', { expires_at: null })).not.toHaveProperty('body.expires_at');
    // Prolonging what has run out: the old end would be over already.
    expect(body([until], 'grant', {}, 100)).not.toHaveProperty('body.expires_at');
    expect(body([until], 'revoke', {}, 100)).toMatchObject({ body: { state: 'revoked', scopes: ['live'] } });
    expect(body([until], 'request', { contract_id: 'c' }, 100, PARTNER)).toMatchObject({
      body: { state: 'requested', contract_id: 'c', scopes: ['live', 'history', 'comments', 'guidance'] },
    });
  });
});

it('steps that are offered are those that are not refused, and what is decided is what the log does', () => {
  const who = fc.constantFrom<Principal>(PARTNER, RIVAL, MAIN, CLERK, STRANGER);
  const move = fc.record({
    who,
    step: fc.constantFrom(...ALL),
    id: fc.constantFrom('p~a', 'p~b', 'p~shop:s', 'q~a'),
    wait: fc.nat(20),
    terms: fc.record(
      {
        scopes: fc.uniqueArray(fc.constantFrom('live' as const, 'history' as const), { minLength: 1 }),
        expires_at: fc.option(fc.integer({ min: 1, max: 400 })),
      },
      { requiredKeys: [] },
    ),
  });
  fc.assert(
    fc.property(fc.array(move, { maxLength: 30 }), (moves) => {
      const directory = createDirectory([
        ...KNOWN,
        contract('d', { account_id: 'b' }),
        contract('e', { partner_id: 'q' }),
      ]);
      let at = 0;
      for (const { who: principal, step, id, wait, terms } of moves) {
        at += wait;
        const [partner_id = '', subject = ''] = id.split('~');
        const about = subject === 'shop:s' ? { shop_id: 's' } : { account_id: subject };
        const held = directory.authorization(partner_id, about);
        const offered = held === undefined ? [] : stepsOf(held, principal, at);
        const decided = decideStep(directory, principal, step, id, terms, at);
        if (decided.ok) {
          if (held !== undefined) expect(offered).toContain(step);
          expect(directory.apply(decided.record, at)).toEqual({ kind: 'applied' });
          expect(directory.authorization(partner_id, about)).toEqual({ id, ...decided.record.body });
          expect(directory.atOf('authorization', id)).toBe(at);
          // Whoever decided from the same state loses.
          expect(directory.apply(decided.record, at)).toEqual({ kind: 'ignored', why: 'not_next' });
        } else if (decided.code === 'CONFLICT') {
          expect(offered).not.toContain(step);
          const forced = { ...held, state: STEPS[step].to };
          const rev = directory.revOf('authorization', id) + 1;
          expect(directory.apply(record('authorization', id, forced, rev), at)).toEqual({
            kind: 'ignored',
            why: 'illegal',
          });
        }
      }
      const all = directory.authorizations();
      expect(all.map(({ id }) => id).sort()).toEqual([...new Set(all.map(({ id }) => id))].sort());
      expect(directory.authorizations('p')).toEqual(all.filter(({ partner_id }) => partner_id === 'p'));
    }),
  );
});
