import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { connectFeed, createWorld, get, type OwnGateway, type World } from '../src/index.ts';

let world: World;
let gateway: OwnGateway;
/** Keys that the issuer shows, by their names. */
const shown = new Map<string, KeyObject>();
const server = createServer((_, response) => {
  const keys = [...shown].map(([kid, key]) => ({ ...key.export({ format: 'jwk' }), kid, alg: 'EdDSA', use: 'sig' }));
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }));
});

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  world = await createWorld();
  gateway = await world.gateway({
    LIVEBOARD_DEV_ISSUER: '0',
    LIVEBOARD_JWKS_URL: `http://127.0.0.1:${port}/keys`,
    LIVEBOARD_ISSUER: 'https://issuer.example',
  });
});
afterAll(async () => {
  await world.close();
  server.close();
});

const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const createKey = (kid: string) => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  shown.set(kid, publicKey);
  return (lifeS = 600, claims: object = {}): string => {
    const now = Math.floor(Date.now() / 1_000);
    const lb = { role: 'partner', partner_id: 'p' };
    const body = {
      iss: 'https://issuer.example',
      aud: 'liveboard',
      sub: 's',
      iat: now,
      exp: now + lifeS,
      lb,
      ...claims,
    };
    const text = `${base64({ alg: 'EdDSA', kid })}.${base64(body)}`;
    return `${text}.${sign(null, Buffer.from(text), privateKey).toString('base64url')}`;
  };
};

describe('a gateway with an issuer of its own', () => {
  let second: ReturnType<typeof createKey>;

  it('takes its tokens, and those of the key that follows, without a restart', async () => {
    const first = createKey('first');
    expect(await get(gateway.url, '/v1/me', first())).toMatchObject({
      status: 200,
      body: { sub: 's', role: 'partner' },
    });
    const feed = await connectFeed(gateway.url, { token: first() });
    await feed.next('welcome');
    shown.clear();
    second = createKey('second');
    // The issuer is asked again at most every ten seconds.
    await expect.poll(async () => (await get(gateway.url, '/v1/me', second())).status, { timeout: 20_000 }).toBe(200);
    expect(await feed.ask({ type: 'auth.refresh', token: second() })).toMatchObject({ type: 'ok' });
    expect(await get(gateway.url, '/v1/me', first())).toMatchObject({
      status: 401,
      body: { code: 'UNAUTHENTICATED', rule: expect.stringMatching(/^kid: /) },
    });
    expect(await feed.ask({ type: 'auth.refresh', token: second(-60) })).toMatchObject({
      type: 'error',
      code: 'UNAUTHENTICATED',
      details: { rule: 'exp: the token has expired' },
    });
    feed.send({ type: 'auth.refresh', token: second(600, { lb: { role: 'partner', partner_id: 'q' } }) });
    expect(await feed.closed).toBe(4_504);
    expect((await fetch(`${gateway.url}/dev/accounts`)).status).toBe(404);
  });

  it('ends a feed ten seconds after its token, having said so', async () => {
    const feed = await connectFeed(gateway.url, { token: second(3) });
    const { expires_at } = await feed.next('auth.expiring');
    expect(await feed.closed).toBe(4_003);
    expect(Date.now()).toBeGreaterThan(expires_at + 9_500);
  });

  it('takes no token from the address of the feed, even beside a good one', async () => {
    const token = second();
    const refused = await new Promise<number | undefined>((done) => {
      const address = `${gateway.url.replace('http', 'ws')}/v1/live?token=${token}`;
      const socket = new WebSocket(address, ['liveboard.v1', `bearer.${token}`], { headers: { origin: gateway.url } });
      socket.on('unexpected-response', (request, response) => {
        done(response.statusCode);
        request.destroy();
      });
      socket.on('error', () => undefined);
      socket.on('open', () => done(101));
    });
    expect(refused).toBe(400);
    expect(gateway.log()).not.toContain(token.slice(0, 40));
  });
});
