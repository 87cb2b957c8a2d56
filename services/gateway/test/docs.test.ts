import { CLOSE_CODES, clientMessage, ERRORS } from '@liveboard/contracts';
import { SERVER_MESSAGES } from '@liveboard/contracts/schemas';
import fastify from 'fastify';
import { expect, it } from 'vitest';
import { asyncapiDocument } from '../src/docs/asyncapi.ts';
import { openapiDocument } from '../src/docs/openapi.ts';
import { ROUTES } from '../src/docs/routes.ts';
import { createIntake } from '../src/intake/route.ts';
import { registerAccessLog } from '../src/rest/access-log.ts';
import { registerAuthorizations } from '../src/rest/authorizations.ts';
import { registerRooms } from '../src/rest/rooms.ts';
import { registerSignIn } from '../src/rest/sign-in.ts';
import { registerStatus } from '../src/rest/status.ts';

const url = new URL('https://board.example');

it('names every path that is served, and no other', async () => {
  const app = fastify();
  const served: string[] = [];
  app.addHook('onRoute', ({ method, path }) => {
    if (method !== 'HEAD') served.push(`${String(method).toLowerCase()} ${path.replace(/:(\w+)/g, '{$1}')}`);
  });
  registerRooms(app, {} as never);
  registerStatus(app, {} as never, {} as never);
  registerSignIn(app, { kind: 'none' });
  registerAuthorizations(app, {} as never);
  registerAccessLog(app, {} as never, {} as never);
  createIntake({} as never).register(app);
  await app.ready();
  expect(served.sort()).toEqual(ROUTES.map(({ method, path }) => `${method} ${path}`).sort());
  await app.close();
});

/** Every reference in a document that points nowhere. */
const dangling = (document: Readonly<Record<string, unknown>>): string[] => {
  const text = JSON.stringify(document);
  const references = [...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path as string);
  return references.filter((path) => {
    let at: unknown = document;
    for (const part of path.split('/')) at = (at as Record<string, unknown> | undefined)?.[part];
    return at === undefined;
  });
};

it('leaves no reference open', () => {
  expect(dangling(asyncapiDocument(url))).toEqual([]);
  expect(dangling(openapiDocument(url))).toEqual([]);
});

it('tells every message, close code and error code of the feed', () => {
  const document = asyncapiDocument(url);
  const { messages } = document.components as { messages: Record<string, unknown> };
  const names = [
    ...clientMessage.options.map(({ shape }) => `client.${shape.type.value}`),
    ...Object.keys(SERVER_MESSAGES).map((type) => `server.${type}`),
    'frame',
  ];
  expect(Object.keys(messages).sort()).toEqual(names.sort());
  const { description } = document.info as { description: string };
  for (const { code } of Object.values(CLOSE_CODES)) expect(description).toContain(`| ${code} |`);
  expect(Object.keys(document['x-error-codes'] as object)).toEqual(Object.keys(ERRORS));
});

it('points at the gateway that is asked', () => {
  expect(openapiDocument(url).servers).toEqual([{ url: 'https://board.example' }]);
  expect(asyncapiDocument(url).servers).toMatchObject({ gateway: { host: 'board.example', protocol: 'wss' } });
});

it('refuses by a code that exists, once a status and code', () => {
  const { paths } = openapiDocument(url) as { paths: Record<string, { get?: { responses: Record<string, unknown> } }> };
  expect(Object.keys(paths['/v1/rooms/{id}/minutes']?.get?.responses ?? {})).toEqual(
    expect.arrayContaining(['200', '400', '401', '403', '404', '409', '429', '500', '503']),
  );
});
