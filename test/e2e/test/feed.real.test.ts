import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import {
  connectFeed,
  createSigner,
  createWorld,
  type FeedClient,
  get,
  type OwnGateway,
  tokenFor,
  type World,
} from '../src/index.ts';

let world: World;
let wide: OwnGateway;
let strict: OwnGateway;
let sign: ReturnType<typeof createSigner>;
const SECRETS: string[] = [];

beforeAll(async () => {
  world = await createWorld();
  [wide, strict] = await Promise.all([
    world.gateway(),
    world.gateway({
      LIVEBOARD_MAX_INBOUND_PER_SECOND: '2',
      LIVEBOARD_MAX_SOCKETS_PER_PARTNER: '2',
      LIVEBOARD_MAX_SOCKETS_PER_IP: '4',
    }),
  ]);
  sign = createSigner();
});
afterAll(() => world.close());

interface Attempt {
  readonly protocols: string[];
  readonly origin?: string | undefined;
}

/** The HTTP status and body with which an upgrade is refused; 101 where it is not. */
const attempt = (url: string, { protocols, origin }: Attempt): Promise<{ status: number; body: string }> =>
  new Promise((done, fail) => {
    const headers = origin === undefined ? {} : { origin };
    const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/live`, protocols, { headers });
    socket.once('open', () => {
      done({ status: 101, body: socket.protocol });
      socket.close(1_000);
    });
    socket.once('error', fail);
    socket.once('unexpected-response', (_, response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      response.on('end', () => done({ status: response.statusCode ?? 0, body }));
    });
  });
const statusOf = async (url: string, token: string, origin: string | undefined = url) => {
  SECRETS.push(token);
  return (await attempt(url, { protocols: ['liveboard.v1', `bearer.${token}`], origin })).status;
};
const connect = (sub = 'demo-operator', more: { acks?: boolean; autoPong?: boolean } = {}): Promise<FeedClient> =>
  tokenFor(wide.url, sub).then((token) => connectFeed(wide.url, { token, ...more }));
const room = async (): Promise<string> => {
  const id = `r-${randomUUID().slice(0, 8)}`;
  await world.rooms.write(id);
  return id;
};

describe('before the upgrade', () => {
  it('refuses each with its status and a problem document', async () => {
    const token = sign();
    const protocols = ['liveboard.v1', `bearer.${token}`];
    const { url: origin } = wide;
    expect(await attempt(wide.url, { protocols, origin })).toEqual({ status: 101, body: 'liveboard.v1' });
    const refused = await attempt(wide.url, { protocols });
    expect(refused.status).toBe(403);
    expect(JSON.parse(refused.body)).toMatchObject({ status: 403, code: 'FORBIDDEN_ROLE', detail: /origin/ });
    const attempts: [number, Attempt][] = [
      [403, { protocols, origin: 'https://elsewhere.example' }],
      [403, { protocols, origin: `${origin}.example` }],
      [403, { protocols, origin: 'null' }],
      [400, { protocols: [], origin }],
      [400, { protocols: [`bearer.${token}`], origin }],
      [400, { protocols: ['liveboard.v2', `bearer.${token}`], origin }],
      [401, { protocols: ['liveboard.v1'], origin }],
    ];
    for (const [status, each] of attempts) expect((await attempt(wide.url, each)).status, each.origin).toBe(status);
    expect((await fetch(`${wide.url}/v1/live`)).status).toBe(400);
  });

  it('refuses every token but a good one', async () => {
    const now = Math.floor(Date.now() / 1_000);
    const good = sign();
    const [head, body, signature] = good.split('.') as [string, string, string];
    const partner = Buffer.from(body, 'base64url').toString().replace('operator', 'partner');
    const bad: Record<string, string> = {
      'wrong audience': sign({ aud: 'elsewhere' }),
      'wrong issuer': sign({ iss: 'somebody' }),
      expired: sign({ iat: now - 100, exp: now - 20 }),
      'no expiry': sign({ exp: undefined }),
      'a life of an hour': sign({ exp: now + 3_600 }),
      'from the future': sign({ iat: now + 60, exp: now + 120 }),
      'no key id': sign({}, { kid: undefined }),
      'another key': sign({}, { kid: 'another' }),
      'alg none': sign({}, { alg: 'none' }, false),
      'alg HS256': sign({}, { alg: 'HS256' }),
      'no signature': `${head}.${body}.`,
      tampered: `${head}.${Buffer.from(partner).toString('base64url')}.${signature}`,
      'a partner without an agency': sign({ lb: { role: 'partner' } }),
      'an unknown role': sign({ lb: { role: 'king' } }),
      'not a token': 'x',
    };
    for (const [name, token] of Object.entries(bad)) expect(await statusOf(wide.url, token), name).toBe(401);
    for (const role of ['service', 'seller']) expect(await statusOf(wide.url, sign({ lb: { role } })), role).toBe(403);
    // Clocks may differ by five seconds.
    expect(await statusOf(wide.url, sign({ iat: now - 100, exp: now - 2 }))).toBe(101);
    expect(await statusOf(wide.url, good)).toBe(101);
  });

  it('limits sockets of a partner and of an address, and connects a second', async () => {
    const sockets = await Promise.all([1, 2].map(() => world.connect(strict.url, 'demo-partner')));
    const partner = await tokenFor(strict.url, 'demo-colleague');
    expect(await statusOf(strict.url, partner)).toBe(429);
    const others = await Promise.all([1, 2].map(() => world.connect(strict.url, 'demo-operator')));
    expect(await statusOf(strict.url, sign())).toBe(429);
    await Promise.all([...sockets, ...others].map((client) => client.close()));
    await expect.poll(() => statusOf(strict.url, partner), { timeout: 5_000 }).toBe(101);
    const hasty = await world.gateway({ LIVEBOARD_MAX_UPGRADES_PER_SECOND: '3' });
    const statuses = await Promise.all(Array.from({ length: 8 }, () => statusOf(hasty.url, sign())));
    expect(new Set(statuses)).toEqual(new Set([101, 429]));
    await expect.poll(() => statusOf(hasty.url, sign()), { timeout: 5_000, interval: 500 }).toBe(101);
  });
});

describe('a frame', () => {
  it('is answered where it carries a reference, and only there', async () => {
    const client = await connect('demo-partner');
    const id = await room();
    const snapshot = await client.ask({ type: 'subscribe', room_id: id });
    expect(snapshot).toMatchObject({ type: 'snapshot', room_id: id, epoch: 1, complete: true });
    const { offset } = snapshot as { offset: number };
    expect(await client.ask({ type: 'ack', rooms: { [id]: offset } })).toMatchObject({ type: 'ok' });
    expect(await client.ask({ type: 'ack', rooms: { [id]: offset + 1_000_000 } })).toMatchObject({
      code: 'INVALID_REQUEST',
      details: { path: `rooms.${id}` },
    });
    expect(await client.ask({ type: 'ping' })).toMatchObject({ type: 'pong' });
    expect(await client.ask({ type: 'unsubscribe', room_id: id })).toMatchObject({ type: 'ok' });
    expect(await client.ask({ type: 'unsubscribe', room_id: id })).toMatchObject({ code: 'NOT_SUBSCRIBED' });
    expect(await client.ask({ type: 'swap', from: id, to: id })).toMatchObject({ code: 'NOT_SUBSCRIBED' });
    expect(await client.ask({ type: 'subscribe', room_id: 'nowhere' })).toMatchObject({ code: 'ROOM_NOT_FOUND' });
    expect(await client.ask({ type: 'subscribe', room_id: 'a b' })).toMatchObject({
      code: 'INVALID_REQUEST',
      message: expect.stringMatching(/^room_id: /),
    });
    expect(await client.ask({ type: 'dance' })).toMatchObject({ code: 'INVALID_REQUEST' });
    client.send({ type: 'ack', rooms: {} });
    await client.ask({ type: 'ping' });
    expect(client.messages.filter(({ type }) => type === 'ok')).toHaveLength(2);
    await client.close();
  });

  it('that nobody of ours sends ends the connection, each kind with its code', async () => {
    const endings: [number, string | Buffer][] = [
      [4_500, Buffer.from([1, 2, 3])],
      [4_500, 'not json'],
      [4_500, '[]'],
      [4_500, '{"room_id":"a"}'],
      [1_009, JSON.stringify({ type: 'ping', ref: 'x'.repeat(17_000) })],
    ];
    for (const [code, data] of endings) {
      const client = await connect();
      client.sendRaw(data);
      expect(await client.closed, String(data).slice(0, 20)).toBe(code);
    }
    const client = await connect();
    for (let n = 0; n < 20; n++) client.send({ type: 'dance' });
    expect(await client.closed).toBe(4_501);
    expect(client.messages.filter(({ type }) => type === 'error')).toHaveLength(20);
  });

  it('beyond the limit is refused once, then the connection ends', async () => {
    const client = await world.connect(strict.url, 'demo-operator');
    for (let n = 0; n < 21; n++) client.send({ type: 'ping' });
    await client.next('error', ({ code }) => code === 'RATE_LIMITED');
    for (let n = 0; n < 20; n++) client.send({ type: 'ping' });
    expect(await client.closed).toBe(4_004);
  });

  it('of a legal but odd room id is like any other', async () => {
    const client = await connect();
    await world.rooms.write('__proto__');
    const snapshot = await client.ask({ type: 'subscribe', room_id: '__proto__' });
    expect(snapshot).toMatchObject({ type: 'snapshot', room_id: '__proto__' });
    const { offset } = snapshot as { offset: number };
    client.sendRaw(`{"type":"ack","ref":"odd","rooms":{"__proto__":${offset + 1_000_000}}}`);
    await client.next('error', ({ ref, code }) => ref === 'odd' && code === 'INVALID_REQUEST');
    await client.close();
  });
});

describe('a client that comes back', () => {
  const row = (minute: number, rev: number) => ({
    minute,
    state: 'closed' as const,
    in_life: true,
    rev,
    rules: 'w1',
    counts: {} as never,
    products: [],
    sources: [],
  });

  it('gets of its minutes only what changed since, everything else whole; of another log everything', async () => {
    const id = await room();
    const first = await world.rooms.write(id, { minutes: [row(60_000, 1)] });
    const second = await world.rooms.write(id, { minutes: [row(120_000, first + 1)] });
    const client = await connect();
    const resume = (epoch: number, offset: number) =>
      client.ask({ type: 'subscribe', room_id: id, resume: { epoch, offset } });
    expect(await resume(1, first)).toMatchObject({
      complete: false,
      offset: second,
      minutes: [{ minute: 120_000 }],
      room: { room_id: id },
    });
    expect(await resume(1, second)).toMatchObject({ complete: false, minutes: [] });
    expect(await resume(2, first)).toMatchObject({
      complete: true,
      minutes: [{ minute: 60_000 }, { minute: 120_000 }],
    });
    // Ahead of what is known: not a position of this log.
    expect(await resume(1, second + 1_000)).toMatchObject({ complete: true });
    await client.close();
  });

  it('learns of a lost message within the poll', async () => {
    const id = await room();
    const client = await connect();
    await client.ask({ type: 'subscribe', room_id: id });
    const offset = await world.rooms.write(id, { info: { title: 'unheard' }, lose: true });
    const update = await client.next('update', (message) => message.offset === offset, 10_000);
    expect(update).toMatchObject({ set: { room: { title: 'unheard' } } });
    expect(update).not.toHaveProperty('prev');
    await client.close();
  });
});

describe('time', () => {
  it.concurrent('sends a beat when nothing else was said for ten seconds', async () => {
    const client = await connect();
    await client.next('beat', undefined, 14_000);
    await client.close();
  });

  it.concurrent('ends a connection whose token expired, which may fetch another before', async () => {
    const exp = (seconds: number) => Math.floor(Date.now() / 1_000) + seconds;
    const [old, refreshed] = (await Promise.all(
      [1, 2].map(() => connectFeed(wide.url, { token: sign({ exp: exp(1) }) })),
    )) as [FeedClient, FeedClient];
    await refreshed.next('auth.expiring');
    expect(await refreshed.ask({ type: 'auth.refresh', token: 'x' })).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await refreshed.ask({ type: 'auth.refresh', token: sign() })).toMatchObject({ type: 'ok' });
    expect(await old.closed).toBe(4_003);
    expect(await refreshed.ask({ type: 'ping' })).toMatchObject({ type: 'pong' });
    refreshed.send({ type: 'auth.refresh', token: sign({ sub: 'another' }) });
    expect(await refreshed.closed).toBe(4_504);
  });

  it.concurrent('ends a connection that does not acknowledge for 20 s', async () => {
    const client = await connect('demo-operator', { acks: false });
    await client.ask({ type: 'subscribe', room_id: await room() });
    expect(await client.closed).toBe(4_001);
  });

  it.concurrent('ends a connection that does not answer pings', async () => {
    const client = await connect('demo-operator', { autoPong: false });
    expect(await client.closed).toBe(4_002);
  });
});

describe('a gateway that goes down', () => {
  it('says so, refuses others, and closes with 1012; a token never reached its log', async () => {
    const leaving = await world.gateway();
    const token = sign();
    SECRETS.push(token);
    const client = await connectFeed(leaving.url, { token });
    await client.next('welcome');
    expect(await get(leaving.url, '/v1/me', token)).toMatchObject({ status: 200 });
    const gone = leaving.kill('SIGTERM');
    const { retry_in_ms } = await client.next('drain');
    expect(retry_in_ms).toBeGreaterThan(0);
    expect(await client.closed).toBe(1_012);
    await gone;
    for (const gateway of [leaving, wide, strict]) {
      expect(gateway.log()).not.toContain('bearer.');
      expect(gateway.log()).not.toMatch(/eyJ[A-Za-z0-9_-]{10}/);
      for (const secret of SECRETS) if (secret.length > 10) expect(gateway.log()).not.toContain(secret);
    }
  });
});
