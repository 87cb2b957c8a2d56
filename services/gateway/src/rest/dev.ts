import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { DevIssuer } from '../dev/issuer.ts';
import { Refusal } from '../problem.ts';
import { parse } from './parse.ts';

const body = z.object({ sub: z.string().max(200) });
const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

/** A page elsewhere whose name was pointed at this machine, or a proxy on it, asks for another host. */
const LOCAL_HOST = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/i;

const onlyHere = ({ socket, headers }: FastifyRequest): void => {
  if (!LOOPBACK.has(socket.remoteAddress ?? '') || !LOCAL_HOST.test(headers.host ?? ''))
    throw new Refusal('FORBIDDEN_ROLE', 'only from this machine');
};

/** Sign-in without passwords for a developer's machine. */
export const registerDev = (app: FastifyInstance, issuer: DevIssuer): void => {
  app.get('/dev/accounts', async (request) => {
    onlyHere(request);
    return { items: issuer.accounts.map(({ sub, name, what, lb: { role } }) => ({ sub, role, name, what })) };
  });
  app.post('/dev/token', async (request) => {
    onlyHere(request);
    const { sub } = parse(body, request.body);
    const issued = await issuer.issue(sub);
    if (issued === undefined) throw new Refusal('INVALID_REQUEST', 'sub: is none of the demo accounts');
    return issued;
  });
};
