import type { DirectoryKind } from '../src/index.ts';

/** A record as it would be read from the log. */
export const record = (kind: DirectoryKind | string, id: string, body: object, rev = 1): object => ({
  v: 1,
  kind,
  id,
  rev,
  by: 'test',
  body,
});

export const contract = (id: string, body: object, rev = 1): object =>
  record(
    'contract',
    id,
    { partner_id: 'p', account_id: 'a', level: 'account', services: ['live_management'], from: 0, ...body },
    rev,
  );

export const grant = (body: object = {}, rev = 1): object =>
  record(
    'authorization',
    'p~a',
    { partner_id: 'p', account_id: 'a', state: 'granted', scopes: ['live', 'history'], ...body },
    rev,
  );

export const shopContract = (id: string, body: object = {}, rev = 1): object =>
  record(
    'contract',
    id,
    { partner_id: 'p', shop_id: 's', level: 'shop', services: ['live_management'], from: 0, ...body },
    rev,
  );

export const shopGrant = (body: object = {}, rev = 1): object =>
  record(
    'authorization',
    'p~shop:s',
    { partner_id: 'p', shop_id: 's', state: 'granted', scopes: ['live', 'history'], ...body },
    rev,
  );

export const PARTNER = { sub: 'm', role: 'partner', partner_id: 'p' } as const;
