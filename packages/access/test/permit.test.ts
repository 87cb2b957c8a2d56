import { describe, expect, it } from 'vitest';
import { createDirectory, type DirectoryRecord, permitLive } from '../src/index.ts';

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
});
