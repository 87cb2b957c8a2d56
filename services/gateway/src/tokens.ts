import type { Principal } from '@liveboard/access';
import { tokenClaims } from '@liveboard/contracts';
import { errors, type JWTVerifyGetKey, jwtVerify } from 'jose';

/** A token that was checked. `expiresAt` in ms. */
export interface Verified extends Principal {
  readonly expiresAt: number;
}

type Verification =
  | { readonly ok: true; readonly principal: Verified }
  | { readonly ok: false; readonly code: 'UNAUTHENTICATED' | 'UNAVAILABLE'; readonly why: string };

export type Verify = (token: string) => Promise<Verification>;

/** Tokens live for at most a quarter of an hour; clocks may differ by five seconds. */
const MAX_LIFE_S = 900;
const SKEW_S = 5;

const refuse = (why: string): Verification => ({ ok: false, code: 'UNAUTHENTICATED', why });

/** The issuer's keys could not be fetched: that says nothing about the token. */
const areKeysAway = (error: unknown): boolean =>
  error instanceof errors.JWKSTimeout ||
  error instanceof errors.JWKSInvalid ||
  (error instanceof errors.JOSEError && error.code === 'ERR_JOSE_GENERIC') ||
  (error instanceof TypeError && error.message === 'fetch failed');

/** Checks signature, algorithm, audience, issuer, life and our claims. Never says more than that it failed and at what. */
export const createVerifier = (keys: JWTVerifyGetKey, issuer: string): Verify => {
  return async (token) => {
    try {
      const { payload, protectedHeader } = await jwtVerify(token, keys, {
        algorithms: ['EdDSA', 'ES256', 'RS256'],
        audience: 'liveboard',
        issuer,
        clockTolerance: SKEW_S,
        requiredClaims: ['sub', 'iat', 'exp'],
      });
      if (protectedHeader.kid === undefined) return refuse('kid: must be there');
      const claims = tokenClaims.safeParse(payload);
      if (!claims.success) return refuse(`claims: ${claims.error.issues[0]?.path.join('.') ?? 'wrong'}`);
      const { sub, exp, iat, lb } = claims.data;
      if (exp - iat > MAX_LIFE_S) return refuse('exp: the token lives too long');
      if (iat > Date.now() / 1_000 + SKEW_S) return refuse('iat: lies in the future');
      if (lb.role === 'partner' && lb.partner_id === undefined) return refuse('lb.partner_id: must be there');
      return { ok: true, principal: { sub, expiresAt: exp * 1_000, ...lb } };
    } catch (error) {
      if (areKeysAway(error)) return { ok: false, code: 'UNAVAILABLE', why: 'the keys of the issuer are away' };
      return refuse(error instanceof errors.JOSEError ? error.code : 'not a token');
    }
  };
};
