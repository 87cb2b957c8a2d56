import type { TokenClaims } from '@liveboard/contracts';

/** Somebody to sign in as on a developer's machine. */
export interface DevAccount {
  readonly sub: string;
  readonly name: string;
  readonly what: string;
  readonly lb: TokenClaims['lb'];
}

/** The account for rooms of one's own: put `account_id: "acct-demo"` into `room.started`. */
export const OWN_ACCOUNT = 'acct-demo';

const account = (sub: string, name: string, what: string, lb: Omit<TokenClaims['lb'], 'name'>): DevAccount => ({
  sub,
  name,
  what,
  lb: { ...lb, name },
});

/** `hosted`: the account of a simulated room. `unasked`: the one whose seller was not asked for an authorization yet. */
export const createDevAccounts = (hosted: string, unasked: string): readonly DevAccount[] => [
  account('demo-partner', 'Mira Tan', 'Agency Northlight: watches up to five rooms', {
    role: 'partner',
    partner_id: 'northlight',
  }),
  account('demo-colleague', 'Jonas Ek', 'Agency Northlight, a second member', {
    role: 'partner',
    partner_id: 'northlight',
  }),
  account('demo-partner-2', 'Aoi Mori', 'Agency Harbour: two accounts only', {
    role: 'partner',
    partner_id: 'harbour',
  }),
  account('demo-host', 'Ayu', 'Host of one room', { role: 'host', account_ids: [hosted, OWN_ACCOUNT] }),
  account('demo-seller', 'Sagara Skin', 'Seller, main account: grants and revokes', {
    role: 'seller',
    account_ids: [hosted, unasked, OWN_ACCOUNT],
    main: true,
  }),
  account('demo-clerk', 'Sagara Skin, desk', 'Seller, another account: looks and grants nothing', {
    role: 'seller',
    account_ids: [hosted, unasked, OWN_ACCOUNT],
  }),
  account('demo-operator', 'Operations', 'Sees every room and the data’s health', {
    role: 'operator',
    account_ids: ['*'],
  }),
  account('demo-service', 'Intake', 'Sends events', { role: 'service', account_ids: ['*'] }),
];
