import type { Token } from '@liveboard/client';

/** What an issuer gave: a token, and perhaps the right to another one. */
export interface Grant {
  readonly token: Token;
  readonly canRenew: boolean;
}

/** A request must reach the gateway before its token expires, ms. */
const USABLE_MS = 15_000;

/**
 * Keeps one sign-in's token good. `renew` gives the next grant, undefined where the issuer refuses for good, and rejects
 * where it cannot be asked now. However many ask at once, the issuer is asked once: a refresh token may count only once.
 */
export const createKeeper = (first: Grant, renew: () => Promise<Grant | undefined>, now: () => number = Date.now) => {
  let held: Grant | undefined = first;
  let asking: Promise<Token | undefined> | undefined;

  const ask = async (): Promise<Token | undefined> => {
    try {
      held = await renew();
      return held?.token;
    } finally {
      asking = undefined;
    }
  };

  return async (fresh: boolean): Promise<Token | undefined> => {
    if (held === undefined) return undefined;
    const { token, canRenew } = held;
    const leftMs = token.expires_at - now();
    if (!fresh && leftMs > USABLE_MS) return token;
    // Nothing newer can be had: the last one counts to its end.
    if (!canRenew) return leftMs > 0 ? token : undefined;
    asking ??= ask();
    try {
      return await asking;
    } catch (error) {
      if (!fresh && leftMs > 0) return token;
      throw error;
    }
  };
};
