import { ERRORS, type ErrorCode } from '@liveboard/contracts';
import { problem } from '@liveboard/contracts/schemas';
import type { z } from 'zod';
import { type Components, createComponents, type JsonSchema } from './json-schema.ts';
import { COMMON_ERRORS, ROUTES, type Route } from './routes.ts';

const ABOUT = `Rooms, their minutes and who may see them. Times are integer milliseconds since 1970 UTC, periods are half-open, money is in minor units of
the room's currency, an absent metric is not available. Unknown query fields are refused. The live feed has a document of its own:
[asyncapi.json](/docs/asyncapi.json).`;

const parameters = (components: Components, where: 'path' | 'query', schema: z.ZodObject | undefined): JsonSchema[] => {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = components.add(schema) as {
    properties?: Readonly<Record<string, JsonSchema>>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }));
};

/** Refusals by status: one answer may carry several codes. */
const refusals = (codes: readonly ErrorCode[], of: JsonSchema): Record<string, JsonSchema> => {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = ERRORS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, held]) => [
      String(status),
      {
        description: held.map((code) => `\`${code}\`: ${ERRORS[code].title}`).join('. '),
        content: { 'application/problem+json': { schema: of } },
      },
    ]),
  );
};

const contentOf = (components: Components, body: NonNullable<Route['body']>): JsonSchema =>
  Object.fromEntries(
    Object.entries(body).map(([type, { schema, example }]) => [type, { schema: components.add(schema), example }]),
  );

const operationOf = (components: Components, route: Route): JsonSchema => ({
  operationId: `${route.method}${route.path.replace(/[^A-Za-z]+([A-Za-z])/g, (_, first: string) => first.toUpperCase()).replace(/[^A-Za-z]/g, '')}`,
  tags: [route.tag],
  summary: route.summary,
  description: `For ${route.who}.`,
  ...(route.isOpen ? { security: [] } : {}),
  parameters: [...parameters(components, 'path', route.params), ...parameters(components, 'query', route.query)],
  ...(route.body === undefined
    ? {}
    : { requestBody: { required: !route.isBodyOptional, content: contentOf(components, route.body) } }),
  responses: {
    [route.status ?? 200]: {
      description: 'The answer',
      content: { 'application/json': { schema: components.add(route.answer), example: route.example } },
    },
    ...refusals([...COMMON_ERRORS, ...route.errors], components.add(problem)),
  },
});

/** The REST interface as an OpenAPI 3.1 document, made of the schemas that requests are checked with. `url`: the gateway's. */
export const openapiDocument = (url: URL): JsonSchema => {
  const components = createComponents();
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const route of ROUTES) {
    paths[route.path] = { ...paths[route.path], [route.method]: operationOf(components, route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'LIVE Board', version: '1.0.0', description: ABOUT },
    servers: [{ url: url.origin }],
    security: [{ token: [] }],
    paths,
    components: {
      schemas: components.all(),
      securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
};
