import { describe, expect, it } from 'vitest';
import { createDirectory, type DirectoryRecord, hasScope, openModules, permitLive } from '../src/index.ts';

const record = (kind: string, id: string, body: object, rev = 1): DirectoryRecord =>
  ({ v: 1, kind, id, rev, by: 'test', body }) as DirectoryRecord;

const records = [
  record('service_category', 'live', { modules: ['LA'], seller_center: false }),
  record('service_category', 'other', { modules: ['XX'], seller_center: false }),
  record('contract', 'c1', {
    partner_id: 'p',
    account_id: 'a',
    level: 'account',
    services: ['live'],
    from: 100,
    to: 200,
  }),
  record('contract', 'c2', { partner_id: 'p', account_id: 'b', level: 'account', services: ['other'], from: 0 }),
  record('contract', 'c3', { partner_id: 'p', shop_id: 's', level: 'shop', services: ['live'], from: 0 }),
  record('authorization', 'p~a', { partner_id: 'p', account_id: 'a', state: 'granted', scopes: ['live'] }),
];
const partner = { sub: 'm', role: 'partner', partner_id: 'p' } as const;
const ask = (subject: object, at: number, extra: DirectoryRecord[] = []) => {
  const answer = permitLive(createDirectory([...records, ...extra]), partner, subject, at);
  return answer.ok ? (answer.permit?.contract_id ?? 'ok') : answer.code;
};

describe('a live look', () => {
  it('is permitted from the contract’s first instant up to, not at, its end', () => {
    expect([99, 100, 199, 200].map((at) => ask({ account_id: 'a' }, at))).toEqual([
      'NO_CONTRACT',
      'c1',
      'c1',
      'NO_CONTRACT',
    ]);
  });
  it('hides rooms that were never contracted, of other services and without a grant', () => {
    expect(ask({ account_id: 'zzz' }, 150)).toBe('ROOM_NOT_FOUND');
    expect(ask({}, 150)).toBe('ROOM_NOT_FOUND');
    expect(ask({ account_id: 'b' }, 150)).toBe('NO_CONTRACT');
    expect(ask({ account_id: 'x', shop_id: 's' }, 150)).toBe('NOT_AUTHORIZED');
  });
  it('ends with the revocation', () => {
    const revoked = record(
      'authorization',
      'p~a',
      { partner_id: 'p', account_id: 'a', state: 'revoked', scopes: [] },
      2,
    );
    expect(ask({ account_id: 'a' }, 150, [revoked])).toBe('AUTHORIZATION_REVOKED');
    // A record that does not continue its history changes nothing.
    expect(ask({ account_id: 'a' }, 150, [{ ...revoked, rev: 3 }])).toBe('c1');
  });
  it('is for hosts of the account and operators without a contract', () => {
    const directory = createDirectory();
    const host = { sub: 'h', role: 'host', account_ids: ['a'] } as const;
    expect(permitLive(directory, host, { account_id: 'a' }, 0).ok).toBe(true);
    expect(permitLive(directory, host, { account_id: 'b' }, 0).ok).toBe(false);
    expect(permitLive(directory, { sub: 'o', role: 'operator' }, {}, 0).ok).toBe(true);
    expect(permitLive(directory, { sub: 's', role: 'service' }, { account_id: 'a' }, 0).ok).toBe(false);
  });
  it('names the rule that comes first: service, authorization, scope, period', () => {
    const edited = (state: string, scopes: string[]): DirectoryRecord[] => [
      record('authorization', 'p~a', { partner_id: 'p', account_id: 'a', state, scopes }, 2),
    ];
    expect(ask({ account_id: 'a' }, 99, edited('revoked', ['live']))).toBe('AUTHORIZATION_REVOKED');
    expect(ask({ account_id: 'a' }, 99, edited('granted', ['history']))).toBe('NOT_AUTHORIZED');
    expect(ask({ account_id: 'a' }, 99, edited('granted', ['live']))).toBe('NO_CONTRACT');
  });
});

describe('the directory', () => {
  it('passes over kinds that it does not know, and counts what took effect', () => {
    const directory = createDirectory(records);
    expect(directory.revision).toBe(records.length);
    for (const kind of ['toString', '__proto__', 'kind of tomorrow'])
      expect(directory.apply(record(kind, 'x', {})), kind).toBe(false);
    expect(directory.revision).toBe(records.length);
    directory.apply(record('partner', 'p', { name: 'P' }));
    expect(directory.revision).toBe(records.length + 1);
  });

  it('opens to a partner the modules of contracts in force, and scopes until they expire', () => {
    const directory = createDirectory([
      ...records,
      record('authorization', 'p~shop:s', {
        partner_id: 'p',
        shop_id: 's',
        state: 'granted',
        scopes: ['comments'],
        expires_at: 500,
      }),
    ]);
    expect(openModules(directory, partner, 150)).toEqual(['LA', 'XX']);
    expect(openModules(directory, { ...partner, partner_id: 'q' }, 150)).toEqual([]);
    expect(openModules(directory, { sub: 'o', role: 'operator' }, 150)).toEqual([]);
    expect([499, 500].map((at) => hasScope(directory, partner, { shop_id: 's' }, 'comments', at))).toEqual([
      true,
      false,
    ]);
    expect(hasScope(directory, partner, { account_id: 'a' }, 'comments', 150)).toBe(false);
  });
});
