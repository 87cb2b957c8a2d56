import type { DevAccount, Token } from '@liveboard/client';
import type { Failure } from './failure.ts';

/** What every way to sign in can do. */
interface AnyWay {
  /** Who is signed in. */
  readonly sub: string | undefined;
  /** A good token; `fresh`: not the last one again. Undefined: nobody is signed in. Rejects where the issuer is away. */
  token(fresh: boolean): Promise<Token | undefined>;
  /** Forgets who is signed in. May leave the page. */
  signOut(): void;
}

/** One of the demo accounts, without a password. */
export interface DevWay extends AnyWay {
  readonly kind: 'dev';
  accounts(): Promise<readonly DevAccount[]>;
  signIn(sub: string): void;
}

/** An issuer elsewhere, by OpenID Connect. */
export interface OidcWay extends AnyWay {
  readonly kind: 'oidc';
  /** Why the sign-in that this page comes back from failed. */
  readonly failure: Failure | undefined;
  /** Leaves for the issuer, to come back to the path `next`. Resolves only where that failed. */
  begin(next: string): Promise<Failure>;
}

/** Nobody can sign in through this page. */
export interface NoWay extends AnyWay {
  readonly kind: 'none';
}

export type Way = DevWay | OidcWay | NoWay;
