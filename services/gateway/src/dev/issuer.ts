import { randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createLocalJWKSet, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import type { DevAccount } from './accounts.ts';

const LIFE_S = 900;

/** Signs tokens for demo accounts. The key lies in a file, so that every gateway of one stack trusts the same. */
export interface DevIssuer {
  readonly accounts: readonly DevAccount[];
  /** Known to the gateways of the stack alone. */
  readonly secret: Buffer;
  readonly keys: ReturnType<typeof createLocalJWKSet>;
  /** Undefined for an unknown `sub`. `expires_at` in ms. */
  issue(sub: string): Promise<{ token: string; expires_at: number } | undefined>;
}

const keyOf = async (file: string | undefined): Promise<JWK> => {
  if (file !== undefined && existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as JWK;
  // Gateways that start together take the key of whichever is first.
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), kid: randomUUID(), alg: 'EdDSA' };
  if (file !== undefined) {
    mkdirSync(dirname(file), { recursive: true });
    const mine = `${file}.${jwk.kid}`;
    writeFileSync(mine, JSON.stringify(jwk), { mode: 0o600 });
    try {
      linkSync(mine, file);
    } catch {
      return JSON.parse(readFileSync(file, 'utf8')) as JWK;
    } finally {
      rmSync(mine);
    }
  }
  return jwk;
};

export const createDevIssuer = async (
  accounts: readonly DevAccount[],
  issuer: string,
  file: string | undefined,
): Promise<DevIssuer> => {
  const jwk = await keyOf(file);
  const { d: _, ...open } = jwk;
  const key = await importJWK(jwk, 'EdDSA');
  return {
    accounts,
    secret: Buffer.from(jwk.d ?? '', 'base64url'),
    keys: createLocalJWKSet({ keys: [open] }),
    issue: async (sub) => {
      const account = accounts.find((each) => each.sub === sub);
      if (account === undefined) return undefined;
      const now = Math.floor(Date.now() / 1_000);
      const token = await new SignJWT({ lb: account.lb })
        .setProtectedHeader({ alg: 'EdDSA', kid: jwk.kid as string })
        .setIssuer(issuer)
        .setAudience('liveboard')
        .setSubject(sub)
        .setIssuedAt(now)
        .setExpirationTime(now + LIFE_S)
        .setJti(randomUUID())
        .sign(key);
      return { token, expires_at: (now + LIFE_S) * 1_000 };
    },
  };
};
