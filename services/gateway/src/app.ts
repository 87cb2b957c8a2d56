import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import fastifyStatic from '@fastify/static';
import fastifyWebsocket from '@fastify/websocket';
import { LIMITS, type SignIn, SUBPROTOCOL } from '@liveboard/contracts';
import { isRedisAway } from '@liveboard/live-store';
import type { Log } from '@liveboard/runtime';
import fastify, { type FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import type { AccessLogStore } from './access-log/store.ts';
import type { DevIssuer } from './dev/issuer.ts';
import { registerDocs } from './docs/pages.ts';
import type { Feed } from './feed/server.ts';
import { type HttpOptions, registerHttp } from './http.ts';
import type { Intake } from './intake/route.ts';
import type { LogReader } from './log-reader.ts';
import { Refusal, sendProblem } from './problem.ts';
import { refuseQueryTokens } from './query-token.ts';
import { registerAccessLog } from './rest/access-log.ts';
import { type AuthorizationDeps, registerAuthorizations } from './rest/authorizations.ts';
import type { RestContext } from './rest/context.ts';
import { registerDev } from './rest/dev.ts';
import { registerRooms } from './rest/rooms.ts';
import { registerSignIn } from './rest/sign-in.ts';
import { registerStatus } from './rest/status.ts';
import { pagePolicy } from './sign-in.ts';

export interface AppOptions extends HttpOptions {
  /** Addresses or networks of balancers, whose word on a client's address is taken. */
  readonly trustedProxies: readonly string[];
  readonly feed: Feed;
  readonly context: RestContext;
  readonly intake: Intake;
  readonly authorizations: Pick<AuthorizationDeps, 'write' | 'links'>;
  readonly accessLog: Pick<AccessLogStore, 'list' | 'notReady'>;
  readonly logReader: LogReader;
  readonly namespace: string;
  /** Of the log. */
  readonly generation: number;
  readonly issuer?: DevIssuer | undefined;
  /** What the board is told. */
  readonly signIn: SignIn;
  readonly boardDir?: string | undefined;
  readonly notReady: () => string | undefined;
  readonly registry: Registry;
  /** Counts answers by status. */
  readonly answers: Record<number, number>;
  readonly log: Log;
}

const HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
} as const;

/** How long a client may take to answer a close. */
const CLOSE_MS = 2_000;
const SOCKETS = {
  maxPayload: LIMITS.frame_bytes,
  perMessageDeflate: false,
  closeTimeout: CLOSE_MS,
  // Never the token: only the protocol's own name is answered.
  handleProtocols: (protocols: Set<string>) => (protocols.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
};

const PAGE_PREFIXES = ['/v1/', '/dev/', '/docs/', '/assets/'];

/** The HTTP server: feed, REST, and the built board. */
export const createApp = async (options: AppOptions): Promise<FastifyInstance> => {
  const { feed, context, issuer, boardDir, notReady, answers, log } = options;
  const { trustedProxies } = options;
  const trustProxy = trustedProxies.length === 0 ? false : [...trustedProxies];
  const app = fastify({
    logger: false,
    trustProxy,
    bodyLimit: 64 * 1024,
    requestTimeout: 15_000,
    forceCloseConnections: true,
    // A link's token is longer than other ids.
    routerOptions: { maxParamLength: 600 },
  });
  // Before any hook that may refuse: sockets refused by an earlier one would never be let go.
  await app.register(fastifyWebsocket, {
    // A frame too large or not a frame: the library closes with the code that says so.
    errorHandler: (error) => log.debug({ err: error.message }, 'a socket failed'),
    options: SOCKETS,
    preClose: (done) => {
      for (const socket of app.websocketServer.clients) socket.close(1_012, 'restart');
      done();
    },
  });
  await registerHttp(app, options);
  refuseQueryTokens(app);
  app.addHook('onResponse', async (_, { statusCode }) => {
    answers[statusCode] = (answers[statusCode] ?? 0) + 1;
  });
  const headers = { ...HEADERS, 'content-security-policy': pagePolicy(options.signIn) };
  app.addHook('onSend', async (_, reply) => {
    reply.headers(headers);
  });
  app.setErrorHandler((error: Error & { statusCode?: number }, _, reply) => {
    if (error instanceof Refusal) return sendProblem(reply, error.code, error.message, error.more);
    if (error.statusCode === 413) return sendProblem(reply, 'PAYLOAD_TOO_LARGE', 'the body is too large');
    if (error.statusCode !== undefined && error.statusCode < 500)
      return sendProblem(reply, 'INVALID_REQUEST', error.message);
    if (isRedisAway(error)) return sendProblem(reply, 'UNAVAILABLE', 'Redis does not answer');
    log.error({ err: error }, 'a request failed');
    return sendProblem(reply, 'INTERNAL', 'the failure was written to the log');
  });

  feed.register(app);
  registerRooms(app, context);
  registerStatus(app, context, options);
  options.intake.register(app);
  registerSignIn(app, options.signIn);
  registerAuthorizations(app, { ...context, ...options.authorizations, now: Date.now });
  registerAccessLog(app, context, options.accessLog);
  if (issuer !== undefined) registerDev(app, issuer);
  await registerDocs(app);
  app.get('/healthz', async () => 'ok\n');
  app.get('/readyz', async (_, reply) => {
    const reason = notReady();
    return reply.code(reason === undefined ? 200 : 503).send(`${reason ?? 'ready'}\n`);
  });
  app.get('/metrics', async (_, reply) =>
    reply.header('content-type', options.registry.contentType).send(await options.registry.metrics()),
  );

  const board = boardDir === undefined ? undefined : resolve(boardDir);
  const hasBoard = board !== undefined && existsSync(board);
  if (hasBoard) await app.register(fastifyStatic, { root: board, wildcard: false, maxAge: 0 });
  app.setNotFoundHandler((request, reply) => {
    const isPage = request.method === 'GET' && !PAGE_PREFIXES.some((prefix) => request.url.startsWith(prefix));
    if (hasBoard && isPage) return reply.sendFile('index.html');
    const path = request.url.split('?')[0];
    return sendProblem(reply, 'INVALID_REQUEST', `there is no ${request.method} ${path}`, { status: 404 });
  });
  return app;
};
