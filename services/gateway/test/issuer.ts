import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

export const ISSUER = 'https://issuer.example';
/** The time of all tests of tokens, ms. */
export const NOW = 1_800_000_000_000;
const S = NOW / 1_000;

export interface TestKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  /** The half that the issuer shows. */
  readonly open: JWK;
}

export const createKey = async (alg: string, kid: string): Promise<TestKey> => {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, open: { ...(await exportJWK(publicKey)), kid, alg } };
};

/** A good token of a partner, but for what `claims` and `header` change; `undefined` leaves a claim out. */
export const signWith = (key: TestKey, claims: object = {}, header: object = {}): Promise<string> =>
  new SignJWT({
    iss: ISSUER,
    aud: 'liveboard',
    sub: 's',
    iat: S,
    exp: S + 600,
    lb: { role: 'partner', partner_id: 'p' },
    ...claims,
  })
    .setProtectedHeader({ alg: key.alg, kid: key.kid, ...header })
    .sign(key.privateKey);

/** An issuer that shows `keys` under its address. `says`: what it answers instead. */
export const startIssuer = async (keys: readonly TestKey[]) => {
  const issuer = { keys, asked: 0, says: undefined as { status: number; body: string } | undefined, hangs: false };
  const server = createServer((_, response) => {
    issuer.asked++;
    if (issuer.hangs) return;
    const { status, body } = issuer.says ?? {
      status: 200,
      body: JSON.stringify({ keys: issuer.keys.map(({ open }) => open) }),
    };
    response.writeHead(status, { 'content-type': 'application/json', location: '/elsewhere' }).end(body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    issuer,
    url: new URL(`http://127.0.0.1:${port}/jwks.json`),
    close: (): Promise<unknown> =>
      new Promise((done) => {
        server.close(done);
        server.closeAllConnections();
      }),
  };
};
export type TestIssuer = Awaited<ReturnType<typeof startIssuer>>;
