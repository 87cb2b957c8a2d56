import type { AddressInfo } from 'node:net';
import fastifyWebsocket from '@fastify/websocket';
import type { Problem } from '@liveboard/contracts';
import fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Refusal, sendProblem } from '../src/problem.ts';
import { refuseQueryTokens } from '../src/query-token.ts';

const app = fastify({ logger: false });
let opened = 0;
let port: number;
beforeAll(async () => {
  await app.register(fastifyWebsocket);
  refuseQueryTokens(app);
  app.setErrorHandler((error, _, reply) =>
    error instanceof Refusal ? sendProblem(reply, error.code, error.message, error.more) : reply.code(500).send(),
  );
  app.get('/v1/rooms', async () => ({}));
  app.get('/v1/live', { websocket: true }, () => {
    opened++;
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  port = (app.server.address() as AddressInfo).port;
});
afterAll(() => app.close());

const JWT = `eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJzIn0.${'s'.repeat(86)}`;

describe('a token in the address', () => {
  it('is refused by the name of its field, and never repeated', async () => {
    const cases: [string, string][] = [
      ['token=x', 'token'],
      ['access_token=', 'access_token'],
      ['Access_Token=x', 'Access_Token'],
      ['%74oken=x', 'token'],
      ['limit=1&jwt=x', 'jwt'],
      [`search=${JWT}`, 'search'],
      [`a=1&a=${JWT}`, 'a'],
      [`a=Bearer%20${JWT}`, 'a'],
      [`a=bearer.${JWT}`, 'a'],
      [JWT, 'a field'],
      [`x%20y=${JWT}`, 'a field'],
    ];
    for (const [query, name] of cases) {
      const answer = await app.inject({ url: `/v1/rooms?${query}`, headers: { authorization: 'Bearer good' } });
      expect(answer.statusCode, query).toBe(400);
      const problem = answer.json<Problem>();
      expect(problem).toMatchObject({
        code: 'INVALID_REQUEST',
        detail: `${name}: a token must not stand in the query`,
      });
      expect(answer.body).not.toContain(JWT.slice(0, 20));
    }
  });

  it('is not seen where there is none', async () => {
    for (const query of ['', 'search=eyJ', 'search=tokens', 'cursor=a.b.c', 'from=1&to=2', 'next_token_count=3'])
      expect((await app.inject({ url: `/v1/rooms?${query}` })).statusCode, query).toBe(200);
  });

  it('is refused before the upgrade on the feed, and the socket is let go', async () => {
    const refused = await new Promise<number>((done) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/live?access_token=${JWT}`);
      socket.on('unexpected-response', (request, response) => {
        done(response.statusCode ?? 0);
        request.destroy();
      });
      socket.on('error', () => undefined);
      socket.on('open', () => done(101));
    });
    expect(refused).toBe(400);
    expect(opened).toBe(0);
    expect(app.websocketServer.clients.size).toBe(0);
  });
});
