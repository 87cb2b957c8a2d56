import { createDirectory } from '@liveboard/access';
import type { RoomInfo } from '@liveboard/contracts';
import { expect, it } from 'vitest';
import { createJudge } from '../src/feed/judgement.ts';

it('a judgement holds until the first of its rights ends, the directory, the room or the principal changes', () => {
  const of = (kind: string, id: string, body: object, rev = 1) => ({ v: 1, kind, id, rev, by: 'test', body });
  const account = { partner_id: 'p', account_id: 'a' };
  const shop = { partner_id: 'p', shop_id: 's' };
  const services = ['live_management'];
  const directory = createDirectory([
    of('contract', 'c', { ...account, level: 'account', services, from: 0 }),
    of('authorization', 'p~a', { ...account, state: 'granted', scopes: ['live', 'comments'], expires_at: 100 }),
    of('contract', 'd', { ...shop, level: 'shop', services, from: 0 }),
    of('authorization', 'p~shop:s', { ...shop, state: 'granted', scopes: ['live'] }),
  ]);
  let principal = { sub: 's', role: 'partner', partner_id: 'p' } as const;
  let clock = 0;
  const info: RoomInfo = { room_id: 'r', account_id: 'a', shop_id: 's', totals_from: 0, status: 'live', available: [] };
  const { judge, holds } = createJudge(
    directory,
    () => principal,
    () => clock,
  );

  const first = judge(info);
  expect([first.permission.ok, first.comments, first.until]).toEqual([true, true, 100]);
  clock = 99;
  expect(holds(first, info)).toBe(true);
  clock = 100;
  expect(holds(first, info)).toBe(false);
  const later = judge(info);
  expect([later.permission.ok, later.comments, later.until]).toEqual([true, false, Number.POSITIVE_INFINITY]);
  expect([holds(later, info), holds(later, { ...info })]).toEqual([true, false]);
  directory.apply(of('partner', 'p', { name: 'P' }), 0);
  expect(holds(later, info)).toBe(false);
  const last = judge(info);
  principal = { ...principal };
  expect(holds(last, info)).toBe(false);
});
