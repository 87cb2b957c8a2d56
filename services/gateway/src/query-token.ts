import type { FastifyInstance } from 'fastify';
import { Refusal } from './problem.ts';

/** Names under which clients of other services put a token into the address. */
const NAMES: ReadonlySet<string> = new Set([
  'token',
  'access_token',
  'auth_token',
  'id_token',
  'jwt',
  'bearer',
  'authorization',
]);
const JWT = /^(?:bearer[ .])?eyJ[\w-]*\.[\w-]*\.[\w-]*$/i;

/** The name of a query field that carries a token; undefined where none does. */
export const tokenField = (query: unknown): string | undefined => {
  for (const [name, value] of Object.entries(query ?? {})) {
    if (JWT.test(name)) return 'a field';
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (NAMES.has(name.toLowerCase()) || values.some((each) => typeof each === 'string' && JWT.test(each)))
      return /^[\w.-]{1,40}$/.test(name) ? name : 'a field';
  }
  return undefined;
};

/**
 * Refuses every request with a token in its address, even beside a good one: addresses lie in the logs of proxies and in
 * the histories of browsers. To be called after the WebSocket plugin is registered.
 */
export const refuseQueryTokens = (app: FastifyInstance): void => {
  app.addHook('onRequest', async ({ query }) => {
    const name = tokenField(query);
    if (name !== undefined)
      throw new Refusal('INVALID_REQUEST', `${name}: a token must not stand in the query`, {
        rule: 'a token stands in the header authorization, on the feed in sec-websocket-protocol',
      });
  });
};
