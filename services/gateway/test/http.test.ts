import { gunzipSync } from 'node:zlib';
import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { registerHttp } from '../src/http.ts';
import { Refusal, sendProblem } from '../src/problem.ts';

const apps: FastifyInstance[] = [];
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
});

const LONG = { text: 'x'.repeat(5_000) };

const create = async (requestsPerMinute = 1_000): Promise<FastifyInstance> => {
  const app = fastify();
  apps.push(app);
  await registerHttp(app, { requestsPerMinute });
  app.setErrorHandler((error, _, reply) =>
    error instanceof Refusal ? sendProblem(reply, error.code, error.message) : reply.code(500).send(),
  );
  app.get('/v1/long', async () => LONG);
  app.get('/v1/live', async () => 'feed');
  app.get('/healthz', async () => 'ok');
  app.post('/v1/body', async (request) => ({ encoding: request.headers['content-encoding'] }));
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body));
  return app;
};

describe('answers', () => {
  it('are compressed for those who ask, and are not sent again while they are the same', async () => {
    const app = await create();
    const plain = await app.inject({ url: '/v1/long' });
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.json()).toEqual(LONG);
    const packed = await app.inject({ url: '/v1/long', headers: { 'accept-encoding': 'gzip' } });
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(JSON.parse(gunzipSync(packed.rawPayload).toString())).toEqual(LONG);
    const { etag } = plain.headers;
    expect(etag).toMatch(/^W\/"/);
    const again = await app.inject({ url: '/v1/long', headers: { 'if-none-match': String(etag) } });
    expect([again.statusCode, again.body]).toEqual([304, '']);
  });

  it('are limited for each address, but not the feed’s and not those for machines', async () => {
    const app = await create(3);
    const ask = async (url: string, remoteAddress = '10.0.0.1') =>
      (await app.inject({ url, remoteAddress })).statusCode;
    for (let n = 0; n < 3; n++) expect(await ask('/v1/long')).toBe(200);
    const refused = await app.inject({ url: '/v1/long', remoteAddress: '10.0.0.1' });
    expect(refused.statusCode).toBe(429);
    expect(refused.json()).toMatchObject({ code: 'RATE_LIMITED' });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(await ask('/v1/long', '10.0.0.2')).toBe(200);
    for (let n = 0; n < 5; n++) for (const url of ['/v1/live', '/healthz']) expect(await ask(url)).toBe(200);
  });
});

it('a compressed body is left as it came', async () => {
  const app = await create();
  const headers = { 'content-encoding': 'gzip', 'content-type': 'application/x-ndjson' };
  const answer = await app.inject({ method: 'POST', url: '/v1/body', headers, payload: Buffer.from([1, 2, 3]) });
  expect(answer.json()).toEqual({ encoding: 'gzip' });
});
