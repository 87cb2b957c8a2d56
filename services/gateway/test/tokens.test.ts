import { createHmac, randomBytes } from 'node:crypto';
import { createLocalJWKSet, exportSPKI, importJWK, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { createDevAccounts } from '../src/dev/accounts.ts';
import { createDevIssuer } from '../src/dev/issuer.ts';
import { createVerifier, type Verify } from '../src/tokens.ts';
import { createKey, ISSUER, NOW, signWith, type TestKey } from './issuer.ts';

const S = NOW / 1_000;
const keys: TestKey[] = [];
let verify: Verify;
let key: TestKey;
beforeAll(async () => {
  keys.push(await createKey('EdDSA', 'ed'), await createKey('ES256', 'es'), await createKey('RS256', 'rs'));
  key = keys[0] as TestKey;
  verify = createVerifier(
    createLocalJWKSet({ keys: keys.map(({ open }) => open) }),
    ISSUER,
    () => false,
    () => NOW,
  );
});

/** The rule that refuses a token; fails where nothing does, or where the refusal tells any part of the token. */
const ruleOf = async (token: string): Promise<string> => {
  const answer = await verify(token);
  if (answer.ok) throw new Error('was accepted');
  expect(answer.code).toBe('UNAUTHENTICATED');
  for (const part of token.split('.')) if (part.length > 8) expect(answer.rule).not.toContain(part);
  return answer.rule;
};
const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const body = (claims: object = {}): string =>
  base64({ iss: ISSUER, aud: 'liveboard', sub: 's', iat: S, exp: S + 600, lb: { role: 'operator' }, ...claims });

describe('a good token', () => {
  it('is accepted with each of the three algorithms', async () => {
    for (const each of keys)
      expect(await verify(await signWith(each))).toEqual({
        ok: true,
        principal: { sub: 's', issuedAt: S * 1_000, expiresAt: (S + 600) * 1_000, role: 'partner', partner_id: 'p' },
      });
  });

  it('may be for others too, and five seconds off either way', async () => {
    for (const claims of [
      { aud: ['elsewhere', 'liveboard'] },
      { iat: S + 5, nbf: S + 5, exp: S + 905 },
      { iat: S - 900, exp: S - 4 },
      { lb: { role: 'service', account_ids: ['*'] } },
    ])
      expect(await verify(await signWith(key, claims)), JSON.stringify(claims)).toMatchObject({ ok: true });
  });
});

describe('a token without a good signature', () => {
  it('is refused where it is not signed at all', async () => {
    for (const alg of ['none', 'None', 'NONE', ''])
      expect(await ruleOf(`${base64({ alg, kid: 'ed' })}.${body()}.`)).toMatch(
        /^alg: must be one of EdDSA ES256 RS256$/,
      );
    expect(await ruleOf(`${base64({ kid: 'ed' })}.${body()}.`)).toMatch(/^alg: /);
  });

  it('is refused where a public key was used as a shared secret', async () => {
    const rsa = keys[2] as TestKey;
    const pem = await exportSPKI((await importJWK(rsa.open, 'RS256', { extractable: true })) as CryptoKey);
    for (const alg of ['HS256', 'HS384', 'HS512'])
      for (const secret of [pem, JSON.stringify(rsa.open), String(rsa.open.n)]) {
        const text = `${base64({ alg, kid: 'rs' })}.${body()}`;
        const mac = createHmac(`sha${alg.slice(2)}`, secret)
          .update(text)
          .digest('base64url');
        expect(await ruleOf(`${text}.${mac}`)).toMatch(/^alg: must be one of/);
      }
  });

  it('is refused with another key of the same name, another algorithm, or a changed body', async () => {
    const stranger = await createKey('EdDSA', 'ed');
    expect(await ruleOf(await signWith(stranger))).toMatch(/^signature: /);
    // The key that a token brings along is nobody's.
    expect(await ruleOf(await signWith(stranger, {}, { jwk: stranger.open, jku: 'https://x.example' }))).toMatch(
      /^signature: /,
    );
    expect(await ruleOf(await signWith(keys[1] as TestKey, {}, { kid: 'ed' }))).toMatch(/^kid: must name a key/);
    const [head, , signature] = (await signWith(key)).split('.');
    expect(await ruleOf(`${head}.${body()}.${signature}`)).toMatch(/^signature: /);
    expect(await ruleOf(`${head}.${body()}.${randomBytes(64).toString('base64url')}`)).toMatch(/^signature: /);
  });

  it('is refused where no key is named, or none of the issuer', async () => {
    for (const kid of [undefined, '', 7, null])
      expect(await ruleOf(await signWith(key, {}, { kid }))).toMatch(/^kid: must be there$/);
    expect(await ruleOf(await signWith(key, {}, { kid: 'k'.repeat(201) }))).toMatch(/^kid: at most/);
    expect(await ruleOf(await signWith(key, {}, { kid: 'unknown' }))).toMatch(/^kid: must name a key of the issuer/);
  });

  it('is refused where it is no token', async () => {
    for (const text of ['', 'x', 'a.b', 'a.b.c', `${base64([])}.${body()}.x`, 'eyJ.eyJ.', `${base64(null)}.x.y`])
      expect(await ruleOf(text), text).toMatch(/^(?:token: must be a signed JWT|alg: must be one of)/);
    expect(await ruleOf('x'.repeat(8_193))).toBe('token: at most 8192 characters');
    const notObject = await new SignJWT({}).setProtectedHeader({ alg: 'EdDSA', kid: 'ed' }).sign(key.privateKey);
    expect(await ruleOf(notObject)).toMatch(/must be there$/);
    const critical = base64({ alg: 'EdDSA', kid: 'ed', crit: ['x'], x: 1 });
    expect(await ruleOf(`${critical}.${body()}.${randomBytes(64).toString('base64url')}`)).toMatch(/^token: /);
  });
});

describe('a token with a wrong claim', () => {
  it('is refused by the name of that claim', async () => {
    const cases: [string, object, RegExp][] = [
      ['expired', { iat: S - 900, exp: S - 5 }, /^exp: the token has expired$/],
      ['never expires', { exp: undefined }, /^exp: must be there$/],
      ['lives too long', { exp: S + 901 }, /^exp: at most 900 s/],
      ['lives for ever', { exp: 1e300 }, /^exp: at most 900 s/],
      ['issued in the future', { iat: S + 6, exp: S + 600 }, /^iat: must not lie in the future$/],
      ['without an issue', { iat: undefined }, /^iat: must be there$/],
      ['issued by words', { iat: 'now' }, /^iat: /],
      ['not yet', { nbf: S + 6 }, /^nbf: must not lie in the future$/],
      ['for another', { aud: 'elsewhere' }, /^aud: must be liveboard$/],
      ['for nobody', { aud: undefined }, /^aud: must be there$/],
      ['for a likeness', { aud: ['Liveboard', 'liveboard '] }, /^aud: must be liveboard$/],
      ['of another issuer', { iss: 'https://other.example' }, /^iss: must be the issuer/],
      ['of nobody', { iss: undefined }, /^iss: must be there$/],
      ['for no subject', { sub: undefined }, /^sub: must be there$/],
      ['for an empty subject', { sub: '' }, /^sub: /],
      ['without our claims', { lb: undefined }, /^lb: /],
      ['of an unknown role', { lb: { role: 'root' } }, /^lb\.role: /],
      ['of a partner without a name', { lb: { role: 'partner' } }, /^lb\.partner_id: must be there$/],
      ['of a partner with an odd name', { lb: { role: 'partner', partner_id: 'a}b' } }, /^lb\.partner_id: /],
      ['with accounts that are no list', { lb: { role: 'service', account_ids: '*' } }, /^lb\.account_ids: /],
      ['of a host of all accounts', { lb: { role: 'host', account_ids: ['*'] } }, /^lb\.account_ids: \* is for/],
      [
        'of a seller of all accounts',
        { lb: { role: 'seller', account_ids: ['a', '*'] } },
        /^lb\.account_ids: \* is for/,
      ],
    ];
    for (const [name, claims, rule] of cases) expect(await ruleOf(await signWith(key, claims)), name).toMatch(rule);
  });
});

it('a token issued before its holder’s tokens were revoked is refused', async () => {
  const issuer = await createDevIssuer(createDevAccounts('a', 'unasked'), 'test', undefined);
  const token = (await issuer.issue('demo-partner'))?.token ?? '';
  const verify = (notBefore: number) =>
    createVerifier(issuer.keys, 'test', (sub, issuedAt) => sub === 'demo-partner' && issuedAt < notBefore)(token);
  const good = await verify(0);
  expect(good).toMatchObject({ ok: true, principal: { sub: 'demo-partner', partner_id: 'northlight' } });
  const issuedAt = good.ok ? good.principal.issuedAt : 0;
  expect(await verify(issuedAt)).toMatchObject({ ok: true });
  expect(await verify(issuedAt + 1)).toMatchObject({ ok: false, code: 'UNAUTHENTICATED' });
});
