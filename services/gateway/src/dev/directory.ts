import type { DirectoryRecord } from '@liveboard/access';
import { DEMO_ACCOUNTS } from '@liveboard/simulator';
import { OWN_ACCOUNT } from './accounts.ts';

const record = (kind: DirectoryRecord['kind'], id: string, body: object): DirectoryRecord =>
  ({ v: 1, kind, id, rev: 1, by: 'dev', body }) as DirectoryRecord;

const contract = (partner_id: string, account_id: string): DirectoryRecord =>
  record('contract', `${partner_id}-${account_id}`, {
    partner_id,
    account_id,
    level: 'account',
    services: ['LIVE'],
    from: Date.UTC(2024, 0, 1),
  });

const grant = (partner_id: string, account_id: string): DirectoryRecord =>
  record('authorization', `${partner_id}~${account_id}`, {
    partner_id,
    account_id,
    state: 'granted',
    scopes: ['live', 'history', 'comments', 'guidance'],
  });

/** Who may see what on a developer's machine: one agency with all simulated accounts but the last, whose seller was not asked yet. */
export const devDirectory = (): readonly DirectoryRecord[] => {
  const accounts = DEMO_ACCOUNTS.map(({ account_id }) => account_id);
  const granted = [...accounts.slice(0, -1), OWN_ACCOUNT];
  return [
    record('service_category', 'LIVE', { modules: ['LA'], seller_center: false }),
    record('partner', 'northlight', { name: 'Northlight' }),
    record('partner', 'harbour', { name: 'Harbour' }),
    ...DEMO_ACCOUNTS.map(({ account_id, handle, name, shop_id }) =>
      record('account', account_id, { handle, name, shop_id }),
    ),
    record('account', OWN_ACCOUNT, { handle: '@demo', name: 'Your own room' }),
    ...[...accounts, OWN_ACCOUNT].map((id) => contract('northlight', id)),
    ...granted.map((id) => grant('northlight', id)),
    ...accounts.slice(0, 2).flatMap((id) => [contract('harbour', id), grant('harbour', id)]),
  ];
};
