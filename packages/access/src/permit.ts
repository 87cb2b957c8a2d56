import type { ErrorCode, ModuleCode, Permit, Scope, TokenClaims } from '@liveboard/contracts';
import type { Authorization, Contract, Directory, Subject } from './directory.ts';
import { isInForce, modulesOf } from './modules.ts';
import { common, holds, type Interval, union } from './periods.ts';
import { hasExpired } from './transitions.ts';

/** Who asks, as the token says. */
export interface Principal {
  readonly sub: string;
  readonly role: TokenClaims['lb']['role'];
  readonly partner_id?: string | undefined;
  readonly account_ids?: readonly string[] | undefined;
  readonly shop_ids?: readonly string[] | undefined;
  /** The seller's main account, which alone decides what partners may see. */
  readonly main?: boolean | undefined;
  readonly name?: string | undefined;
}

/** What is looked at, and when; instants in UTC ms. `at`: the instant of the look. */
export type Range =
  | {
      readonly kind: 'live';
      readonly at: number;
      /** `live` where absent. */
      readonly scope?: Scope;
    }
  | {
      readonly kind: 'history';
      readonly at: number;
      /** `history` where absent. */
      readonly scope?: Scope;
      /** When the room started. */
      readonly started_at: number;
      readonly from: number;
      readonly to: number;
    };

/** Rules of the house beside the contracts. */
export interface Policy {
  /** How far back anybody's contract reaches, days; 0: as far as it goes. */
  readonly lookbackDays: number;
}
export const DEFAULT_POLICY: Policy = { lookbackDays: 183 };

export type Permission =
  | {
      readonly ok: true;
      /** What may be seen, oldest first. History: of the range that was asked for. Live: the period that is running. */
      readonly intervals: readonly Interval[];
      /** What permits it. Empty for hosts and operators, who need no contract. */
      readonly receipts: readonly Permit[];
      /** The instant (ms) at which the right ends by itself. */
      readonly until?: number;
    }
  | { readonly ok: false; readonly code: ErrorCode; readonly rule: string };

/** Each refusal, in the order in which the rules are asked. The first that applies is the answer. */
export const REFUSALS = {
  role: { code: 'FORBIDDEN_ROLE', rule: 'rooms are for partners, hosts and operators' },
  not_own: { code: 'ROOM_NOT_FOUND', rule: 'a host sees the rooms of its own accounts' },
  no_account: { code: 'ROOM_NOT_FOUND', rule: 'a room of no account is for operators' },
  never: { code: 'ROOM_NOT_FOUND', rule: 'there never was a contract' },
  module: { code: 'NO_CONTRACT', rule: 'no contract has a service with this module' },
  revoked: { code: 'AUTHORIZATION_REVOKED', rule: 'the seller revoked the authorization' },
  expired: { code: 'NOT_AUTHORIZED', rule: 'the authorization expired' },
  not_granted: { code: 'NOT_AUTHORIZED', rule: 'the seller has not granted an authorization' },
  scope: { code: 'NOT_AUTHORIZED', rule: 'the authorization does not have this scope' },
  not_in_force: { code: 'NO_CONTRACT', rule: 'no contract with this module is in force' },
  outside: {
    code: 'OUTSIDE_CONTRACT',
    rule: 'the room did not start within a contract period, or none of the time asked for lies within it',
  },
  lookback: { code: 'BEYOND_LOOKBACK', rule: 'all of it lies further back than the lookback limit' },
} as const satisfies Record<string, { readonly code: ErrorCode; readonly rule: string }>;

const refuse = (why: keyof typeof REFUSALS): Permission => ({ ok: false, ...REFUSALS[why] });

const DAY_MS = 86_400_000;

/** A contract and the authorization for the same account or shop. */
interface Title {
  readonly contract: Contract;
  readonly authorization: Authorization;
}

const isFor = ({ contract, authorization: { contract_id } }: Title): boolean =>
  contract_id === undefined || contract_id === contract.id;

/** Where nothing is granted: what is said of it. */
const ungranted = (titles: readonly Title[], at: number): Permission => {
  if (titles.some(({ authorization: { state } }) => state === 'revoked')) return refuse('revoked');
  const isOver = ({ authorization }: Title): boolean =>
    authorization.state === 'granted' && hasExpired(authorization, at);
  return refuse(titles.some(isOver) ? 'expired' : 'not_granted');
};

const receiptOf = ({ contract, authorization }: Title, lookbackFrom: number): Permit => {
  const { id, from, to } = contract;
  return {
    authorization_id: authorization.id,
    contract_id: id,
    from,
    ...(to === undefined ? {} : { to }),
    ...(lookbackFrom > from ? { lookback_from: lookbackFrom } : {}),
  };
};

/** When the last of these rights is over; undefined where one has no end. `endOf`: undefined for none. */
const lastEnd = (titles: readonly Title[], endOf: (title: Title) => number | undefined): number | undefined => {
  const ends = titles.map(endOf);
  return ends.some((each) => each === undefined) ? undefined : Math.max(...ends.map(Number));
};

const granted = (
  titles: readonly Title[],
  intervals: readonly Interval[],
  until: number | undefined,
  lookbackFrom = Number.NEGATIVE_INFINITY,
): Permission => ({
  ok: true,
  intervals,
  receipts: titles.map((each) => receiptOf(each, lookbackFrom)),
  ...(until === undefined ? {} : { until }),
});

const expiryOf = ({ authorization: { expires_at } }: Title): number | undefined => expires_at;

const permitNow = (titles: readonly Title[], at: number): Permission => {
  const inForce = titles.filter(({ contract }) => isInForce(contract, at));
  if (inForce.length === 0) return refuse('not_in_force');
  const endOf = (title: Title): number | undefined => {
    const ends = [title.contract.to, expiryOf(title)].filter((each) => each !== undefined);
    return ends.length === 0 ? undefined : Math.min(...ends);
  };
  const running = inForce.map((each) => {
    const to = endOf(each);
    return { from: each.contract.from, ...(to === undefined ? {} : { to }) };
  });
  return granted(inForce, union(running), lastEnd(inForce, endOf));
};

const permitPast = (
  titles: readonly Title[],
  { at, started_at, from, to }: Extract<Range, { kind: 'history' }>,
  { lookbackDays }: Policy,
): Permission => {
  // Contracts that follow each other without a gap are one period: a renewal cuts no room.
  const period = union(titles.map(({ contract }) => contract)).find((each) => holds(each, started_at));
  const contracted = period === undefined ? undefined : common(period, { from, to });
  if (contracted === undefined) return refuse('outside');
  const lookbackFrom = lookbackDays === 0 ? Number.NEGATIVE_INFINITY : at - lookbackDays * DAY_MS;
  const seen = common(contracted, { from: lookbackFrom });
  if (seen === undefined) return refuse('lookback');
  const used = titles.filter(({ contract }) => common(contract, seen) !== undefined);
  return granted(used, [seen], lastEnd(used, expiryOf), lookbackFrom);
};

const permitPartner = (
  directory: Directory,
  partnerId: string,
  module: ModuleCode,
  subject: Subject,
  range: Range,
  policy: Policy,
): Permission => {
  const contracts = directory.contracts(partnerId, subject);
  if (contracts.length === 0) return refuse('never');
  const open = contracts.filter((each) => modulesOf(directory, each).includes(module));
  if (open.length === 0) return refuse('module');
  const titles = open.flatMap((contract) => {
    const authorization = directory.authorization(partnerId, contract);
    return authorization === undefined ? [] : [{ contract, authorization }];
  });
  const valid = titles.filter(
    (title) => title.authorization.state === 'granted' && !hasExpired(title.authorization, range.at) && isFor(title),
  );
  if (valid.length === 0) return ungranted(titles, range.at);
  const scoped = valid.filter(({ authorization: { scopes } }) => scopes.includes(range.scope ?? range.kind));
  if (scoped.length === 0) return refuse('scope');
  return range.kind === 'live' ? permitNow(scoped, range.at) : permitPast(scoped, range, policy);
};

/**
 * Whether `principal` may see `subject` in a module: the one place that decides, for feed, REST and whatever else shows
 * numbers. Asked in this order: role, contract at all, service with the module, authorization, scope, period.
 */
export const permit = (
  directory: Directory,
  { role, partner_id, account_ids }: Principal,
  module: ModuleCode,
  subject: Subject,
  range: Range,
  policy: Policy = DEFAULT_POLICY,
): Permission => {
  const asked = range.kind === 'live' ? [{ from: range.at }] : [{ from: range.from, to: range.to }];
  if (role === 'operator') return granted([], asked, undefined);
  if (role === 'host' && module === 'LA')
    return subject.account_id !== undefined && account_ids?.includes(subject.account_id)
      ? granted([], asked, undefined)
      : refuse('not_own');
  if (role !== 'partner' || partner_id === undefined) return refuse('role');
  if (module === 'LA' && subject.account_id === undefined) return refuse('no_account');
  return permitPartner(directory, partner_id, module, subject, range, policy);
};
