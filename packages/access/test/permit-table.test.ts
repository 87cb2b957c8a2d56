import type { ModuleCode, Scope } from '@liveboard/contracts';
import { describe, expect, it } from 'vitest';
import { createDirectory, type Directory, type Principal, permit, type Range } from '../src/index.ts';
import { record } from './world.ts';

const DAY = 86_400_000;
const AT = Date.UTC(2026, 5, 15);
const LIMIT = AT - 183 * DAY;

const MODULES = ['DO', 'SA', 'LA', 'VA', 'PA', 'CA', 'AA', 'CR', 'VI'] as const satisfies readonly ModuleCode[];

/** Who asks. */
const ROLES: Readonly<Record<string, Principal>> = {
  operator: { sub: 'o', role: 'operator' },
  'own host': { sub: 'h', role: 'host', account_ids: ['x', 'a'] },
  'other host': { sub: 'h', role: 'host', account_ids: ['x'] },
  partner: { sub: 'm', role: 'partner', partner_id: 'p' },
  'other partner': { sub: 'm', role: 'partner', partner_id: 'q' },
  'partner of none': { sub: 'm', role: 'partner' },
  seller: { sub: 's', role: 'seller', account_ids: ['a'], shop_ids: ['s'] },
  service: { sub: 'i', role: 'service', account_ids: ['*'] },
};

/** The partner's contracts, as periods: some are open at AT, some not; `SOON` lies behind the lookback limit and before AT. */
const SOON = AT - 10 * DAY;
const CONTRACTS = {
  none: [],
  'in force': [{ from: AT - 400 * DAY }],
  'begins now': [{ from: AT }],
  'ends next': [{ from: AT - 400 * DAY, to: AT + 1 }],
  'to come': [{ from: AT + 1 }],
  over: [{ from: AT - 400 * DAY, to: AT }],
  'long over': [{ from: AT - 400 * DAY, to: AT - 300 * DAY }],
  again: [
    { from: AT - 400 * DAY, to: AT - 300 * DAY },
    { from: SOON, to: AT + DAY },
  ],
} as const satisfies Record<string, readonly { readonly from: number; readonly to?: number }[]>;

/** Whether the contracts' service has the module that is asked for. */
const SERVICES = { 'with module': 'has', 'without module': 'lacks' } as const;

const STATES: Readonly<Record<string, readonly object[]>> = {
  none: [],
  requested: [{ state: 'requested' }],
  granted: [{ state: 'granted' }],
  edited: [{ state: 'granted', scopes: [] }, { state: 'granted' }],
  declined: [{ state: 'requested' }, { state: 'declined' }],
  withdrawn: [{ state: 'requested' }, { state: 'withdrawn' }],
  revoked: [{ state: 'granted' }, { state: 'revoked' }],
  'asked again': [{ state: 'granted' }, { state: 'revoked' }, { state: 'requested' }],
  'expires next': [{ state: 'granted', expires_at: AT + 1 }],
  expired: [{ state: 'granted', expires_at: AT }],
};

const ASKED = [
  'live',
  'history',
  'comments',
  'guidance',
  'shop',
  'seller_center.orders',
] as const satisfies readonly Scope[];

/** What is looked at. `hour n`: an hour of a room that started with it. */
const hour = (from: number) => ({ started_at: from, from, to: from + 3_600_000 });
const LOOKS = {
  live: undefined,
  'hour of today': hour(AT - DAY),
  'hour after the signing': hour(SOON),
  'hour of the gap': hour(SOON - DAY),
  'hour of a year ago': hour(AT - 350 * DAY),
  'hour before all': hour(AT - 401 * DAY),
} as const;

/** Whom it is about; contract and authorization are about the account or about the shop. */
const SUBJECTS = {
  account: { held: { account_id: 'a' }, asked: { account_id: 'a', shop_id: 's' } },
  shop: { held: { shop_id: 's' }, asked: { account_id: 'a', shop_id: 's' } },
  'no account': { held: { shop_id: 's' }, asked: { shop_id: 's' } },
} as const;

interface Row {
  readonly role: string;
  readonly contract: keyof typeof CONTRACTS;
  readonly service: keyof typeof SERVICES;
  readonly state: string;
  readonly scope: (typeof ASKED)[number];
  /** That scope is among the granted ones. */
  readonly given: boolean;
  readonly module: ModuleCode;
  readonly look: keyof typeof LOOKS;
  readonly subject: keyof typeof SUBJECTS;
}

/** For each contract the looks that it covers; those after `|` it covers, but they lie beyond the lookback limit. */
const COVERED: Readonly<Record<keyof typeof CONTRACTS, string>> = {
  none: '',
  'in force': 'live, hour of today, hour after the signing, hour of the gap | hour of a year ago',
  'begins now': 'live |',
  'ends next': 'live, hour of today, hour after the signing, hour of the gap | hour of a year ago',
  'to come': '',
  over: 'hour of today, hour after the signing, hour of the gap | hour of a year ago',
  'long over': '| hour of a year ago',
  again: 'live, hour of today, hour after the signing | hour of a year ago',
};
const isCovered = ({ contract, look }: Row): boolean => COVERED[contract].includes(look);
const isTooOld = ({ contract, look }: Row): boolean => COVERED[contract].split('|')[1]?.includes(look) === true;
const isOneOf = (text: string, ...list: readonly string[]): boolean => list.includes(text);

/** The rules as they are written down, the first that applies; nothing here knows a record or an instant. */
const RULES: readonly (readonly [answer: string, applies: (row: Row) => boolean])[] = [
  ['ok', ({ role }) => role === 'operator'],
  ['ok', ({ role, module, subject }) => role === 'own host' && module === 'LA' && subject !== 'no account'],
  ['ROOM_NOT_FOUND', ({ role, module }) => isOneOf(role, 'own host', 'other host') && module === 'LA'],
  ['FORBIDDEN_ROLE', ({ role }) => !isOneOf(role, 'partner', 'other partner')],
  ['ROOM_NOT_FOUND', ({ subject, module }) => subject === 'no account' && module === 'LA'],
  ['ROOM_NOT_FOUND', ({ role, contract }) => role === 'other partner' || contract === 'none'],
  ['NO_CONTRACT', ({ service }) => service === 'without module'],
  // Shop Analytics is for those bound to the shop.
  ['NO_CONTRACT', ({ module, subject }) => module === 'SA' && subject === 'account'],
  ['AUTHORIZATION_REVOKED', ({ state }) => state === 'revoked'],
  ['NOT_AUTHORIZED', ({ state }) => !isOneOf(state, 'granted', 'edited', 'expires next')],
  ['NOT_AUTHORIZED', ({ given }) => !given],
  ['NO_CONTRACT', (row) => row.look === 'live' && !isCovered(row)],
  ['OUTSIDE_CONTRACT', (row) => !isCovered(row)],
  ['BEYOND_LOOKBACK', isTooOld],
  ['ok', () => true],
];
const expected = (row: Row): string => RULES.find(([, applies]) => applies(row))?.[0] ?? '';

const keys = <Key extends string>(of: Readonly<Record<Key, unknown>>): Key[] => Object.keys(of) as Key[];

/** The directory of a row, whoever asks and for whatever; `without`: the scope that is not granted. */
const worldOf = (
  { contract, service, state, module, subject }: Omit<Row, 'role' | 'look' | 'scope' | 'given'>,
  without?: Scope,
): Directory => {
  const { held } = SUBJECTS[subject];
  const about = { partner_id: 'p', ...held };
  const level = 'shop_id' in held ? 'shop' : 'account';
  const id = 'shop_id' in held ? `p~shop:${held.shop_id}` : `p~${held.account_id}`;
  const scopes = ASKED.filter((each) => each !== without);
  return createDirectory([
    record('service_category', 'has', { modules: [module], seller_center: false }),
    record('service_category', 'lacks', { modules: MODULES.filter((each) => each !== module), seller_center: true }),
    ...CONTRACTS[contract].map((period, i) =>
      record('contract', `c${i}`, { ...about, level, services: [SERVICES[service]], ...period }),
    ),
    ...(STATES[state] ?? []).map((body, i) => record('authorization', id, { ...about, scopes, ...body }, i + 1)),
  ]);
};

const answered = (directory: Directory, row: Row): string => {
  const look = LOOKS[row.look];
  const range: Range =
    look === undefined
      ? { kind: 'live', at: AT, scope: row.scope }
      : { kind: 'history', at: AT, scope: row.scope, ...look };
  const answer = permit(directory, ROLES[row.role] as Principal, row.module, SUBJECTS[row.subject].asked, range);
  if (!answer.ok) return answer.code;
  const isCut = answer.intervals.some(
    ({ from, to }) => from < (look?.from ?? 0) || (look !== undefined && to !== look.to),
  );
  // All that is permitted here is permitted whole, and a partner is always told by what.
  return isCut || (answer.receipts.length === 0) !== (ROLES[row.role]?.role !== 'partner') ? 'wrong' : 'ok';
};

/** Modules with a rule of their own, and one that stands for the rest: the others are asked for two scopes alone, as all are alike. */
const WHOLE: readonly ModuleCode[] = ['LA', 'SA', 'PA'];

describe('the whole table', () => {
  for (const module of MODULES)
    it(`of module ${module} is as the rules say`, () => {
      const seen = new Map<string, number>();
      const scopes = WHOLE.includes(module) ? ASKED : ASKED.slice(0, 2);
      const wrong: string[] = [];
      for (const subject of keys(SUBJECTS))
        for (const contract of keys(CONTRACTS))
          for (const service of keys(SERVICES))
            for (const state of keys(STATES))
              for (const scope of [undefined, ...scopes]) {
                // One world has all scopes, and one for each scope has all but that.
                const world = { contract, service, state, module, subject };
                const directory = worldOf(world, scope);
                for (const asked of scope === undefined ? scopes : [scope])
                  for (const look of keys(LOOKS))
                    for (const role of keys(ROLES)) {
                      const row: Row = { ...world, scope: asked, given: scope === undefined, role, look };
                      const [must, is] = [expected(row), answered(directory, row)];
                      if (must !== is) wrong.push(`${JSON.stringify(row)}: ${is}, must be ${must}`);
                      seen.set(must, (seen.get(must) ?? 0) + 1);
                    }
              }
      expect(wrong.slice(0, 5)).toEqual([]);
      // No answer is left out.
      const answers = ['ok', 'FORBIDDEN_ROLE', 'ROOM_NOT_FOUND', 'NO_CONTRACT', 'NOT_AUTHORIZED'];
      const past = ['AUTHORIZATION_REVOKED', 'OUTSIDE_CONTRACT', 'BEYOND_LOOKBACK'];
      expect([...seen.keys()].sort()).toEqual([...answers, ...past].sort());
    }, 60_000);
});

describe('every border instant', () => {
  const [from, to] = [LIMIT + 10 * DAY, LIMIT + 20 * DAY];
  const directory = createDirectory([
    record('contract', 'c', {
      partner_id: 'p',
      account_id: 'a',
      level: 'account',
      services: ['live_management'],
      from,
      to,
    }),
    record('authorization', 'p~a', { partner_id: 'p', account_id: 'a', state: 'granted', scopes: ['history'] }),
  ]);
  const partner = ROLES.partner as Principal;
  /** Whether the instant `seen` of a room that started at `started_at` is shown. */
  const ask = (started_at: number, seen: number): string => {
    const range: Range = { kind: 'history', at: AT, started_at, from: seen, to: seen + 1 };
    const answer = permit(directory, partner, 'LA', { account_id: 'a' }, range);
    return answer.ok ? 'ok' : answer.code;
  };
  const PLACES = { 'from - 1': from - 1, from, 'to - 1': to - 1, to } as const;

  it('of the room’s start and of the minute is inside or outside as the period is half-open', () => {
    for (const start of keys(PLACES))
      for (const seen of keys(PLACES)) {
        const must = [start, seen].every((each) => isOneOf(each, 'from', 'to - 1')) ? 'ok' : 'OUTSIDE_CONTRACT';
        expect(ask(PLACES[start], PLACES[seen]), `start ${start}, seen ${seen}`).toBe(must);
      }
  });
});

describe('a service', () => {
  /** The table of services and modules, as it is written down. */
  const TABLE = `
    creator_management          DO LA VA PA CA CR VI     no
    shop_management             DO SA LA VA PA CA AA VI  yes
    seller_affiliate_management DO SA LA VA PA CA AA VI  yes
    shop_registration           DO SA LA VA PA CA AA VI  yes
    live_management             DO SA LA VA PA CA AA VI  no
    short_video_management      DO SA LA VA PA CA AA VI  no
    creator_matchmaking         DO CR VI                 no
    shop_operation              -                        yes
    paid_media                  -                        yes
    integrated_marketing        -                        yes
    operational_training        -                        yes`;
  const lines = TABLE.trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  const live: Range = { kind: 'live', at: AT };
  const partner = ROLES.partner as Principal;

  for (const [code = '', ...rest] of lines)
    it(`${code} opens its modules, from an account’s contract all but the shop’s own`, () => {
      for (const level of ['account', 'shop'] as const) {
        const about = { partner_id: 'p', ...(level === 'shop' ? { shop_id: 's' } : { account_id: 'a' }) };
        const id = level === 'shop' ? 'p~shop:s' : 'p~a';
        const held = [
          record('contract', 'c', { ...about, level, services: [code], from: 0 }),
          record('authorization', id, { ...about, state: 'granted', scopes: ['live'] }),
        ];
        const directory = createDirectory(held);
        expect(directory.get('service_category', code)?.seller_center).toBe(rest.at(-1) === 'yes');
        for (const module of MODULES) {
          const answer = permit(directory, partner, module, { account_id: 'a', shop_id: 's' }, live);
          const isOpen = rest.includes(module) && !(module === 'SA' && level === 'account');
          expect(answer.ok ? 'ok' : answer.code, `${level} ${module}`).toBe(isOpen ? 'ok' : 'NO_CONTRACT');
        }
      }
    });

  it('is what the last record of the directory says', () => {
    const room = { account_id: 'a' };
    const directory = createDirectory([
      record('contract', 'c', { partner_id: 'p', ...room, level: 'account', services: ['paid_media'], from: 0 }),
      record('authorization', 'p~a', { partner_id: 'p', ...room, state: 'granted', scopes: ['live'] }),
    ]);
    const ask = (): boolean => permit(directory, partner, 'LA', room, live).ok;
    expect(ask()).toBe(false);
    directory.apply(record('service_category', 'paid_media', { modules: ['LA'], seller_center: true }), AT);
    expect(ask()).toBe(true);
    directory.apply(record('service_category', 'paid_media', { modules: [], seller_center: true }, 2), AT);
    expect(ask()).toBe(false);
  });
});
