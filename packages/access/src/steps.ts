import type { ErrorCode, Scope } from '@liveboard/contracts';
import type { Authorization, Directory, Subject } from './directory.ts';
import type { Principal } from './permit.ts';
import { authorizationId, type DirectoryRecord } from './records.ts';
import { mayGo, stepFrom, TRANSITIONS } from './transitions.ts';

type State = Authorization['state'];
type AuthorizationRecord = Extract<DirectoryRecord, { kind: 'authorization' }>;

/** What people do with an authorization, where it leads, and who may. */
export const STEPS = {
  request: { to: 'requested', by: 'partner' },
  grant: { to: 'granted', by: 'seller' },
  decline: { to: 'declined', by: 'seller' },
  revoke: { to: 'revoked', by: 'seller' },
  withdraw: { to: 'withdrawn', by: 'partner' },
} as const satisfies Record<string, { readonly to: State; readonly by: 'partner' | 'seller' }>;
export type Step = keyof typeof STEPS;

/** What a partner asks for that names no scopes: what a board shows of a room. */
export const DEFAULT_SCOPES: readonly Scope[] = ['live', 'history', 'comments', 'guidance'];

/** Each refusal of a step, in the order in which the rules are asked. */
export const STEP_REFUSALS = {
  partner: { code: 'FORBIDDEN_ROLE', rule: 'partners request and withdraw' },
  main: { code: 'FORBIDDEN_ROLE', rule: 'the main account of a seller grants, declines and revokes' },
  unknown: { code: 'AUTHORIZATION_NOT_FOUND', rule: 'there is no such authorization of yours' },
  contract: {
    code: 'NO_CONTRACT',
    rule: 'an authorization is asked for under a contract about the same account or shop',
  },
  past: { code: 'INVALID_REQUEST', rule: 'expires_at: must lie in the future' },
  illegal: { code: 'CONFLICT', rule: 'the authorization cannot take this step from its present state' },
} as const satisfies Record<string, { readonly code: ErrorCode; readonly rule: string }>;

export interface StepTerms {
  /** Absent: those that were asked for or are granted already. */
  readonly scopes?: readonly Scope[] | undefined;
  /** Instant, ms, up to which a grant holds; null: no end. Absent: an edited grant keeps its end. */
  readonly expires_at?: number | null | undefined;
  readonly contract_id?: string | undefined;
}

export type StepDecision =
  | { readonly ok: true; readonly record: AuthorizationRecord }
  | { readonly ok: false; readonly code: ErrorCode; readonly rule: string; readonly detail: string };

const refuse = (why: keyof typeof STEP_REFUSALS, detail?: string): StepDecision => {
  const { code, rule } = STEP_REFUSALS[why];
  return { ok: false, code, rule, detail: detail ?? rule };
};

/** A subject as one word: an account's id, or `shop:` and a shop's id. */
export const subjectOf = ({ account_id, shop_id }: Subject): string => account_id ?? `shop:${shop_id}`;
export const parseSubject = (word: string): Subject =>
  word.startsWith('shop:') ? { shop_id: word.slice('shop:'.length) } : { account_id: word };

/** Whether the seller's token names the account or the shop. */
export const isOwn = ({ role, account_ids, shop_ids }: Principal, { account_id, shop_id }: Subject): boolean =>
  role === 'seller' &&
  ((account_id !== undefined && account_ids?.includes(account_id) === true) ||
    (shop_id !== undefined && shop_ids?.includes(shop_id) === true));

/** Whether somebody may know of what concerns this partner and this subject: both of them, and operators. */
export const maySee = (principal: Principal, about: Subject & { readonly partner_id: string }): boolean => {
  if (principal.role === 'operator') return true;
  if (principal.role === 'partner') return principal.partner_id === about.partner_id;
  return isOwn(principal, about);
};

const isEntitled = ({ role, main, partner_id }: Principal, step: Step): boolean =>
  STEPS[step].by === 'partner' ? role === 'partner' && partner_id !== undefined : role === 'seller' && main === true;

/** What somebody may do now with an authorization that stands. */
export const stepsOf = (held: Authorization, principal: Principal, at: number): readonly Step[] =>
  (Object.keys(STEPS) as Step[]).filter(
    (step) => isEntitled(principal, step) && maySee(principal, held) && mayGo(stepFrom(held, at), STEPS[step].to),
  );

/** Whose authorization an id names, that has no record yet: its first `~` ends the partner's id. */
const parseId = (id: string): (Subject & { readonly partner_id: string }) | undefined => {
  const [, partner_id, subject] = /^([^~]+)~(.+)$/s.exec(id) ?? [];
  return partner_id === undefined || subject === undefined ? undefined : { partner_id, ...parseSubject(subject) };
};

const illegal = (from: string, to: State): StepDecision => {
  const ways = TRANSITIONS.filter((each) => each.from === from).map((each) => `${each.to} (${each.by})`);
  return refuse('illegal', `${from} to ${to}: from there it goes to ${ways.join(', ') || 'nothing'} only`);
};

/** A grant's end: as asked, else that of the grant that is edited. */
const endOf = (held: Authorization | undefined, from: string, asked: number | null | undefined): number | undefined =>
  asked === undefined ? (from === 'granted' ? held?.expires_at : undefined) : (asked ?? undefined);

/**
 * The record that a step of `principal` writes at the instant `at`, ms, or why there is none. The role is asked before anything that the
 * directory holds, so that a refusal never tells what is there. Whether the record takes effect is said by the log alone.
 */
export const decideStep = (
  directory: Directory,
  principal: Principal,
  step: Step,
  id: string,
  { scopes, expires_at, contract_id }: StepTerms,
  at: number,
): StepDecision => {
  const { to, by } = STEPS[step];
  if (!isEntitled(principal, step)) return refuse(by === 'partner' ? 'partner' : 'main');
  const body = directory.get('authorization', id);
  const held: Authorization | undefined = body === undefined ? undefined : { id, ...body };
  const about = held ?? parseId(id);
  if (about === undefined || !maySee(principal, about)) return refuse('unknown');
  const contracts = directory.contracts(about.partner_id, about);
  if (step === 'request' && !contracts.some((each) => contract_id === undefined || each.id === contract_id))
    return refuse('contract');
  // A seller may grant unasked; nobody else's authorization can be without a record.
  const isKnown = contracts.length > 0 || directory.get('partner', about.partner_id) !== undefined;
  if (held === undefined && (step === 'grant' ? !isKnown : step !== 'request')) return refuse('unknown');
  const from = stepFrom(held, at);
  if (!mayGo(from, to)) return illegal(from, to);
  if (step === 'grant' && typeof expires_at === 'number' && expires_at <= at) return refuse('past');
  const { partner_id, account_id, shop_id } = about;
  const end = step === 'grant' ? endOf(held, from, expires_at) : undefined;
  const contract = step === 'request' ? contract_id : held?.contract_id;
  return {
    ok: true,
    record: {
      v: 1,
      kind: 'authorization',
      id: authorizationId(partner_id, about),
      rev: directory.revOf('authorization', id) + 1,
      by: principal.sub,
      body: {
        partner_id,
        ...(account_id === undefined ? { shop_id } : { account_id }),
        ...(contract === undefined ? {} : { contract_id: contract }),
        state: to,
        scopes: [...new Set(scopes ?? (step === 'request' ? DEFAULT_SCOPES : (held?.scopes ?? DEFAULT_SCOPES)))],
        by: principal.sub,
        ...(end === undefined ? {} : { expires_at: end }),
      },
    },
  };
};
