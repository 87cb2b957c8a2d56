import type { ErrorCode, TokenClaims } from '@liveboard/contracts';
import type { Authorization, Contract, Directory, Subject } from './directory.ts';

/** Who asks, as the token says. */
export interface Principal {
  readonly sub: string;
  readonly role: TokenClaims['lb']['role'];
  readonly partner_id?: string | undefined;
  readonly account_ids?: readonly string[] | undefined;
  readonly shop_ids?: readonly string[] | undefined;
  readonly name?: string | undefined;
}

/** What permitted a look, so that every answer can name it. */
export interface Permit {
  readonly authorization_id: string;
  readonly contract_id: string;
  readonly from: number;
  readonly to?: number;
}

export type Permission =
  | {
      readonly ok: true;
      readonly permit?: Permit;
      /** The instant (ms) at which the right ends by itself. */
      readonly until?: number;
    }
  | { readonly ok: false; readonly code: ErrorCode; readonly rule: string };

const refuse = (code: ErrorCode, rule: string): Permission => ({ ok: false, code, rule });

/** Module that opens live boards, lists and recaps. */
const LIVE_MODULE = 'LA';

const modulesOf = (directory: Directory, { services }: Contract): readonly string[] =>
  services.flatMap((code) => directory.get('service_category', code)?.modules ?? []);
const isInForce = ({ from, to }: Contract, at: number): boolean => from <= at && (to === undefined || at < to);
const hasExpired = ({ expires_at }: Authorization, at: number): boolean => expires_at !== undefined && expires_at <= at;

/** Whether `principal` may watch rooms of `subject` at the instant `at` (ms). The one place that decides. */
export const permitLive = (
  directory: Directory,
  { role, partner_id, account_ids }: Principal,
  subject: Subject,
  at: number,
): Permission => {
  if (role === 'operator') return { ok: true };
  if (role === 'host')
    return subject.account_id !== undefined && account_ids?.includes(subject.account_id)
      ? { ok: true }
      : refuse('ROOM_NOT_FOUND', 'a host sees the rooms of its own accounts');
  if (role !== 'partner' || partner_id === undefined)
    return refuse('FORBIDDEN_ROLE', 'boards are for partners, hosts and operators');
  const contracts = directory.contracts(partner_id, subject);
  if (contracts.length === 0) return refuse('ROOM_NOT_FOUND', 'there never was a contract');
  const open = contracts.filter((each) => modulesOf(directory, each).includes(LIVE_MODULE));
  if (open.length === 0) return refuse('NO_CONTRACT', 'no contract has a service with live boards');
  const authorization = directory.authorization(partner_id, subject);
  if (authorization?.state === 'revoked') return refuse('AUTHORIZATION_REVOKED', 'the seller revoked it');
  if (authorization?.state !== 'granted') return refuse('NOT_AUTHORIZED', 'the seller has not granted it');
  if (hasExpired(authorization, at)) return refuse('NOT_AUTHORIZED', 'the authorization expired');
  if (!authorization.scopes.includes('live')) return refuse('NOT_AUTHORIZED', 'the scope `live` was not granted');
  const contract = open.find((each) => isInForce(each, at));
  if (contract === undefined) return refuse('NO_CONTRACT', 'no contract with live boards is in force');
  const ends = [contract.to, authorization.expires_at].filter((each) => each !== undefined);
  return {
    ok: true,
    permit: {
      authorization_id: authorization.id,
      contract_id: contract.id,
      from: contract.from,
      ...(contract.to === undefined ? {} : { to: contract.to }),
    },
    ...(ends.length === 0 ? {} : { until: Math.min(...ends) }),
  };
};

/** Whether a granted authorization of the principal's partner also opens `scope` at the instant `at` (ms). */
export const hasScope = (
  directory: Directory,
  { role, partner_id }: Principal,
  subject: Subject,
  scope: string,
  at: number,
): boolean => {
  if (role !== 'partner' || partner_id === undefined) return role === 'operator' || role === 'host';
  const held = directory.authorization(partner_id, subject);
  return held?.state === 'granted' && !hasExpired(held, at) && held.scopes.includes(scope);
};

/** The modules that the contracts of the principal's partner open at the instant `at` (ms), in order of their codes. */
export const openModules = (directory: Directory, { role, partner_id }: Principal, at: number): readonly string[] => {
  if (role !== 'partner' || partner_id === undefined) return [];
  const inForce = directory.contracts(partner_id).filter((each) => isInForce(each, at));
  return [...new Set(inForce.flatMap((each) => modulesOf(directory, each)))].sort();
};
