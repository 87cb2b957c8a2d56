import { createPrivateKey, type JsonWebKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stackFile } from './stack.ts';

const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Signs tokens with the stack's development key, right or wrong ones. */
export const createSigner = () => {
  const jwk = JSON.parse(readFileSync(join(dirname(stackFile()), 'dev-keys.json'), 'utf8')) as JsonWebKey & {
    kid: string;
  };
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  const now = (): number => Math.floor(Date.now() / 1_000);
  return (claims: object = {}, header: object = {}, signed = true): string => {
    const head = base64({ alg: 'EdDSA', kid: jwk.kid, ...header });
    const body = base64({
      iss: 'liveboard-dev',
      aud: 'liveboard',
      sub: 'test',
      iat: now(),
      exp: now() + 600,
      jti: 'test',
      lb: { role: 'operator' },
      ...claims,
    });
    const text = `${head}.${body}`;
    return `${text}.${signed ? sign(null, Buffer.from(text), key).toString('base64url') : ''}`;
  };
};
