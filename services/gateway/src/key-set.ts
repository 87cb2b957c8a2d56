import { createLocalJWKSet, errors, type JWTVerifyGetKey } from 'jose';

/** The issuer's keys are not known now: that says nothing about a token. */
export class KeysAway extends Error {}

export interface KeySetOptions {
  readonly url: URL;
  /** Wall clock, ms. */
  readonly now?: () => number;
  /** How long the issuer may take to answer, ms. */
  readonly answerMs?: number;
}

/** Keys are asked for again after this time, ms: what the issuer withdrew is trusted for no longer. */
const FRESH_MS = 300_000;
/** While the issuer is away its last keys hold for one life of a token more, ms: nobody has newer tokens then. */
const HELD_MS = FRESH_MS + 900_000;
/** The issuer is asked at most this often, ms, however many tokens name keys that nobody knows. */
const PAUSE_MS = 10_000;
const ANSWER_MS = 5_000;

type Keys = ReturnType<typeof createLocalJWKSet>;

/** Redirects are not followed: keys come from the address that was configured, or not at all. */
const fetchKeys = async (url: URL, answerMs: number): Promise<Keys> => {
  const response = await fetch(url, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(answerMs),
  });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return createLocalJWKSet((await response.json()) as Parameters<typeof createLocalJWKSet>[0]);
};

/** The key that a header names; undefined where there is none. */
const find = async (keys: Keys, ...named: Parameters<Keys>) => {
  try {
    return await keys(...named);
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return undefined;
    if (error instanceof errors.JWKSMultipleMatchingKeys) throw error;
    // Such as one that should be secret.
    throw new KeysAway('a key of the issuer cannot be used');
  }
};

/**
 * The keys of an issuer behind a JWKS URL. A key that is not known makes it ask again, so that the issuer may change keys
 * without a restart here; all who wait share one question. @throws KeysAway where the issuer had to be asked and did not
 * answer, or shows a key that cannot be used.
 */
export const createKeySet = ({ url, now = Date.now, answerMs = ANSWER_MS }: KeySetOptions): JWTVerifyGetKey => {
  let held: { readonly keys: Keys; readonly at: number } | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  let failed = false;
  let asking: Promise<void> | undefined;

  /** Asks where that may be; a failure is remembered, not thrown. */
  const renew = async (): Promise<void> => {
    if (asking === undefined) {
      const at = now();
      if (at - askedAt < PAUSE_MS) return;
      askedAt = at;
      asking = fetchKeys(url, answerMs)
        .then(
          (keys) => {
            held = { keys, at };
            failed = false;
          },
          () => {
            failed = true;
          },
        )
        .finally(() => {
          asking = undefined;
        });
    }
    await asking;
  };

  return async (header, token) => {
    const age = held === undefined ? Number.POSITIVE_INFINITY : now() - held.at;
    if (age >= FRESH_MS) {
      const renewal = renew();
      // An issuer that did not answer last time is not waited for while its last keys hold.
      if (age >= HELD_MS || !failed) await renewal;
    }
    if (held === undefined || now() - held.at >= HELD_MS) throw new KeysAway('the issuer does not answer');
    const before = held;
    const found = await find(before.keys, header, token);
    if (found !== undefined) return found;
    await renew();
    if (held !== before) {
      const later = await find(held.keys, header, token);
      if (later !== undefined) return later;
    } else if (failed) throw new KeysAway('the issuer does not answer');
    throw new errors.JWKSNoMatchingKey();
  };
};
