import fastify from 'fastify';
import { afterAll, describe, expect, it } from 'vitest';
import type { DevIssuer } from '../src/dev/issuer.ts';
import { Refusal } from '../src/problem.ts';
import { registerDev } from '../src/rest/dev.ts';

const app = fastify({ logger: false });
app.setErrorHandler((error, _, reply) => reply.code(error instanceof Refusal ? 403 : 500).send(''));
registerDev(app, { accounts: [], issue: () => Promise.resolve({ token: 't', expires_at: 1 }) } as unknown as DevIssuer);
afterAll(() => app.close());

const ask = async (host: string, remoteAddress = '127.0.0.1'): Promise<readonly number[]> => {
  const from = { headers: { host }, remoteAddress };
  return [
    (await app.inject({ method: 'GET', url: '/dev/accounts', ...from })).statusCode,
    (await app.inject({ method: 'POST', url: '/dev/token', payload: { sub: 's' }, ...from })).statusCode,
  ];
};

describe('sign-in for developers', () => {
  it('is for this machine, by the name that the caller used too', async () => {
    for (const host of ['127.0.0.1', '127.0.0.1:8080', 'localhost:5173', 'LOCALHOST', '[::1]:8080'])
      expect(await ask(host), host).toEqual([200, 200]);
    for (const host of ['rebound.example', 'rebound.example:8080', 'localhost.example', '127.0.0.1.example:80'])
      expect(await ask(host), host).toEqual([403, 403]);
    expect(await ask('localhost', '192.0.2.1')).toEqual([403, 403]);
  });
});
