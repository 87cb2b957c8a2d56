import type { Principal } from '@liveboard/access';
import { tokenClaims } from '@liveboard/contracts';
import { decodeProtectedHeader, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { KeysAway } from './key-set.ts';

/** A token that was checked. Instants in ms. */
export interface Verified extends Principal {
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** `rule`: the claim or header that was wrong, and how it must be. Never anything of the token itself. */
type Verification =
  | { readonly ok: true; readonly principal: Verified }
  | { readonly ok: false; readonly code: 'UNAUTHENTICATED' | 'UNAVAILABLE'; readonly rule: string };

export type Verify = (token: string) => Promise<Verification>;

const ALGORITHMS = ['EdDSA', 'ES256', 'RS256'];
/** Tokens live for at most a quarter of an hour; clocks may differ by five seconds. */
const MAX_LIFE_S = 900;
const SKEW_S = 5;
const MAX_TOKEN = 8_192;
const MAX_KID = 200;

const refuse = (rule: string): Verification => ({ ok: false, code: 'UNAUTHENTICATED', rule });

/** What is wrong with the header alone: no key is looked for before that is known. */
const headerRule = (token: string): string | undefined => {
  if (token.length > MAX_TOKEN) return `token: at most ${MAX_TOKEN} characters`;
  try {
    const { alg, kid } = decodeProtectedHeader(token);
    if (alg === undefined || !ALGORITHMS.includes(alg)) return `alg: must be one of ${ALGORITHMS.join(' ')}`;
    if (typeof kid !== 'string' || kid === '') return 'kid: must be there';
    return kid.length > MAX_KID ? `kid: at most ${MAX_KID} characters` : undefined;
  } catch {
    return 'token: must be a signed JWT';
  }
};

const claimRule = (claim: string, reason: string): string => {
  if (reason === 'missing') return `${claim}: must be there`;
  if (claim === 'aud') return 'aud: must be liveboard';
  if (claim === 'iss') return 'iss: must be the issuer that is trusted here';
  if (claim === 'nbf') return 'nbf: must not lie in the future';
  return `${claim}: must be as RFC 7519 says`;
};

const ruleOf = (error: unknown): string => {
  if (error instanceof errors.JWTExpired) return 'exp: the token has expired';
  if (error instanceof errors.JWTClaimValidationFailed) return claimRule(error.claim, error.reason);
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return 'signature: must be that of the key which kid names';
  if (error instanceof errors.JWKSNoMatchingKey) return 'kid: must name a key of the issuer, for this alg';
  if (error instanceof errors.JWKSMultipleMatchingKeys) return 'kid: must name one key of the issuer';
  return 'token: must be a signed JWT';
};

/** Checks signature, algorithm, audience, issuer, life, our claims and what the directory says of its holder. Never says more than that it failed and at what. */
export const createVerifier = (
  keys: JWTVerifyGetKey,
  issuer: string,
  isRevoked: (sub: string, issuedAt: number) => boolean,
  /** Wall clock, ms. */
  now: () => number = Date.now,
): Verify => {
  return async (token) => {
    const wrong = headerRule(token);
    if (wrong !== undefined) return refuse(wrong);
    const at = now();
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: ALGORITHMS,
        audience: 'liveboard',
        issuer,
        clockTolerance: SKEW_S,
        requiredClaims: ['sub', 'iat', 'exp'],
        currentDate: new Date(at),
      });
      const claims = tokenClaims.safeParse(payload);
      if (!claims.success) {
        const [issue] = claims.error.issues;
        return refuse(`${issue?.path.join('.') || 'claims'}: ${issue?.message ?? 'must be as documented'}`);
      }
      const { sub, exp, iat, lb } = claims.data;
      if (exp - iat > MAX_LIFE_S) return refuse(`exp: at most ${MAX_LIFE_S} s after iat`);
      if (iat > at / 1_000 + SKEW_S) return refuse('iat: must not lie in the future');
      if (lb.role === 'partner' && lb.partner_id === undefined) return refuse('lb.partner_id: must be there');
      if (lb.account_ids?.includes('*') && lb.role !== 'service' && lb.role !== 'operator')
        return refuse('lb.account_ids: * is for services and operators');
      if (isRevoked(sub, iat * 1_000)) return refuse('iat: tokens of that time were revoked');
      return { ok: true, principal: { sub, issuedAt: iat * 1_000, expiresAt: exp * 1_000, ...lb } };
    } catch (error) {
      if (error instanceof KeysAway) return { ok: false, code: 'UNAVAILABLE', rule: 'the keys of the issuer are away' };
      return refuse(ruleOf(error));
    }
  };
};
