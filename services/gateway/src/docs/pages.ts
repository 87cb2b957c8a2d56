import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { asyncapiDocument } from './asyncapi.ts';
import { openapiDocument } from './openapi.ts';

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><title>LIVE Board: interfaces</title>
<link rel="stylesheet" href="/docs/viewer/swagger-ui.css">
</head>
<body>
<div id="viewer"></div>
<script src="/docs/viewer/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;
const START = `SwaggerUIBundle({ url: '/docs/openapi.json', dom_id: '#viewer', deepLinking: true, validatorUrl: null });\n`;

const LOCAL = 'http://localhost';

/** Where the asker reached the gateway; a host that is no host is not repeated. */
const urlOf = ({ protocol, host }: FastifyRequest): URL =>
  URL.canParse(`${protocol}://${host}`) ? new URL(`${protocol}://${host}`) : new URL(LOCAL);

/** `/docs`: the interfaces, to read and as documents. They hold nothing secret, so that nobody needs to sign in. */
export const registerDocs = async (app: FastifyInstance): Promise<void> => {
  const require = createRequire(import.meta.url);
  await app.register(fastifyStatic, {
    root: dirname(require.resolve('swagger-ui-dist/package.json')),
    prefix: '/docs/viewer/',
    decorateReply: false,
    index: false,
    allowedPath: (path) => /^\/swagger-ui(-bundle\.js|\.css)$/.test(path),
  });
  app.get('/docs', (_, reply) => reply.type('text/html; charset=utf-8').send(PAGE));
  app.get('/docs/start.js', (_, reply) => reply.type('text/javascript; charset=utf-8').send(START));
  app.get('/docs/openapi.json', (request, reply) => reply.send(openapiDocument(urlOf(request))));
  app.get('/docs/asyncapi.json', (request, reply) => reply.send(asyncapiDocument(urlOf(request))));
};
