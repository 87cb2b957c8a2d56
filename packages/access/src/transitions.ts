import type { DirectoryBody } from './records.ts';

type Body = DirectoryBody<'authorization'>;
type State = Body['state'];

/** One legal step of an authorization. `none`: there was no record; `expired`: granted, but no longer at the new record's instant. */
export interface Transition {
  readonly from: State | 'none' | 'expired';
  readonly to: State;
  /** Who may write it. */
  readonly by: 'partner' | 'seller';
  readonly says: string;
}

/** All of them. A record that takes another step is ignored by everybody alike. */
export const TRANSITIONS: readonly Transition[] = [
  { from: 'none', to: 'requested', by: 'partner', says: 'asks for the first time' },
  { from: 'none', to: 'granted', by: 'seller', says: 'grants unasked' },
  { from: 'requested', to: 'requested', by: 'partner', says: 'asks for other scopes' },
  { from: 'requested', to: 'granted', by: 'seller', says: 'grants, with scopes of its choice' },
  { from: 'requested', to: 'declined', by: 'seller', says: 'declines' },
  { from: 'requested', to: 'withdrawn', by: 'partner', says: 'takes the request back' },
  { from: 'granted', to: 'granted', by: 'seller', says: 'edits scopes or expiry' },
  { from: 'granted', to: 'revoked', by: 'seller', says: 'revokes: live views end, history is hidden too' },
  { from: 'declined', to: 'requested', by: 'partner', says: 'asks again' },
  { from: 'withdrawn', to: 'requested', by: 'partner', says: 'asks again' },
  { from: 'revoked', to: 'requested', by: 'partner', says: 'asks again' },
  { from: 'expired', to: 'requested', by: 'partner', says: 'asks again' },
  { from: 'expired', to: 'granted', by: 'seller', says: 'prolongs' },
  { from: 'expired', to: 'revoked', by: 'seller', says: 'revokes' },
];

const ALLOWED: ReadonlySet<string> = new Set(TRANSITIONS.map(({ from, to }) => `${from} ${to}`));

/** Whether a request or a grant has run out at the instant `at`, ms. */
export const hasExpired = ({ state, expires_at }: Pick<Body, 'state' | 'expires_at'>, at: number): boolean =>
  (state === 'requested' || state === 'granted') && expires_at !== undefined && expires_at <= at;

/** From where the next step of an authorization leads at the instant `at`, ms: a grant that has run out is `expired`. */
export const stepFrom = (held: Body | undefined, at: number): Transition['from'] => {
  if (held === undefined) return 'none';
  return held.state === 'granted' && hasExpired(held, at) ? 'expired' : held.state;
};

export const mayGo = (from: Transition['from'], to: State): boolean => ALLOWED.has(`${from} ${to}`);

/** Whether an authorization may go from `held` to `next` at the instant `append`, ms. It is never about somebody else. */
export const isLegal = (held: Body | undefined, next: Body, append: number): boolean => {
  if (held !== undefined && (held.account_id !== next.account_id || held.shop_id !== next.shop_id)) return false;
  return mayGo(stepFrom(held, append), next.state);
};
