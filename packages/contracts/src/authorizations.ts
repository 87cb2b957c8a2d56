import type { Scope } from './access.ts';

/** An authorization's state as people are told it; `expired` and `lapsed` follow from the clock. */
export const AUTHORIZATION_VIEW_STATES = [
  'requested',
  'granted',
  'declined',
  'withdrawn',
  'revoked',
  'expired',
  'lapsed',
] as const;
export type AuthorizationViewState = (typeof AUTHORIZATION_VIEW_STATES)[number];

/** What a partner may see of one account or one shop, as REST tells it. Instants in UTC ms. */
export interface AuthorizationView {
  readonly id: string;
  readonly partner_id: string;
  readonly account_id?: string;
  readonly shop_id?: string;
  readonly contract_id?: string;
  readonly state: AuthorizationViewState;
  readonly scopes: readonly string[];
  /** When its last step was taken. */
  readonly at: number;
  /** Who took it. */
  readonly by?: string;
  readonly expires_at?: number;
  /** What the asker may do with it now: `grant`, `decline`, `revoke`, `withdraw` or `request`. */
  readonly steps: readonly string[];
  /** `/grant/<token>`, for the seller, while it is asked for and the link has not run out. It gives no right. */
  readonly grant_path?: string;
}

/** `POST /v1/authorizations`: an account or a shop. */
export interface AuthorizationRequest {
  readonly account_id?: string;
  readonly shop_id?: string;
  readonly scopes?: readonly Scope[];
  readonly contract_id?: string;
}

/** What a request's link shows to a seller who is signed in. */
export interface GrantView {
  readonly id: string;
  readonly partner: { readonly id: string; readonly name?: string };
  readonly subject: { readonly account_id?: string; readonly shop_id?: string; readonly name?: string };
  readonly scopes: readonly string[];
  readonly state: AuthorizationViewState;
  /** To the subject's own sellers only: the contract it is asked under, else the one in force, else the newest. */
  readonly contract?: {
    readonly id: string;
    readonly level: string;
    readonly services: readonly string[];
    readonly from: number;
    readonly to?: number;
  };
  /** What the asker may do with it now; empty for whoever the link was not meant for. */
  readonly steps: readonly string[];
}

/** What was read of history: minutes of a room, or the totals that its card shows once it has ended. */
export const READS = ['minutes', 'totals'] as const;

/** One line of the access log. Instants in UTC ms. */
export interface AccessEntry {
  readonly at: number;
  /** Whoever did it, the `sub` of a token. */
  readonly by: string;
  /** A step of an authorization (`requested`, `granted`, `edited`, `declined`, `withdrawn`, `revoked`), or what was read. */
  readonly what: string;
  readonly partner_id?: string | undefined;
  readonly account_id?: string | undefined;
  readonly shop_id?: string | undefined;
  /** Of a read. Of what was shown, half-open. */
  readonly room_id?: string | undefined;
  readonly range?: { readonly from: number; readonly to: number } | undefined;
  /** The contract that permitted a read; of a step, that it is bound to. None: an operator read. */
  readonly contract_id?: string | undefined;
  /** Of a step. */
  readonly scopes?: readonly string[] | undefined;
}
