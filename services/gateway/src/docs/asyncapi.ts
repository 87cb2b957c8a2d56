import { CLOSE_CODES, clientMessage, ERRORS, LIMITS, mayReconnect, SUBPROTOCOL } from '@liveboard/contracts';
import { SERVER_MESSAGES } from '@liveboard/contracts/schemas';
import { createComponents, type JsonSchema } from './json-schema.ts';

const PATH = '/v1/live';

const CLIENT_SAYS: Readonly<Record<(typeof clientMessage.options)[number]['shape']['type']['value'], string>> = {
  subscribe: 'watch a room; resume says where you stand, so that only newer minutes are sent',
  unsubscribe: 'watch it no longer; its slot is free',
  swap: 'give one room up for another, in one step',
  ack: `the offset of each room that you have applied, at least every ${LIMITS.ack_ms / 1_000} s`,
  'auth.refresh': 'a newer token of the same person',
  ping: 'answered by pong',
};

const closeCodes = (): string =>
  Object.entries(CLOSE_CODES)
    .map(([name, { code, says }]) => `| ${code} | \`${name}\` | ${says} | ${mayReconnect(code) ? 'yes' : 'no'} |`)
    .join('\n');

const ABOUT = `Up to ${LIMITS.rooms} live rooms over one WebSocket: a snapshot of each, then what changes.

**Connect** with the subprotocols \`${SUBPROTOCOL}\` and \`bearer.<token>\`, and \`session.<session_id>\` when you come back. A program sends
an \`Origin\` that the gateway allows. **A client's frame** is one JSON object of at most ${LIMITS.frame_bytes} bytes; **a server's frame** is a JSON
array of messages.

**Apply an update** only where \`prev\` equals the offset that you stand at. Without \`prev\` it replaces the live state: \`set\`, \`products\` and
\`sources\` are whole then. Otherwise subscribe again with \`resume\`. Within \`products\`, \`catalog\`, \`sources\`, \`minutes\` and \`markers\` a row replaces
the one of the same key (\`product_id\`, \`product_id\`, \`source\`, \`minute\`, \`id\`). \`set\` is a merge patch (RFC 7396).

**${LIMITS.dead_ms / 1_000} s of silence** mean that the connection is dead: the server says \`beat\` when it has nothing else to say.

| close | name | when | come back |
| --- | --- | --- | --- |
${closeCodes()}

Come back with full jitter from 0.5 s, doubling to 30 s. 1012 is a restart: come back after \`retry_in_ms\` of \`drain\`.
`;

const messageName = (from: 'client' | 'server', type: string): string => `${from}.${type}`;

/** The live feed as an AsyncAPI 3.0 document, made of the very schemas that frames are checked with. `url`: the gateway's. */
export const asyncapiDocument = (url: URL): JsonSchema => {
  const components = createComponents();
  const messages: Record<string, JsonSchema> = {};
  const clients = clientMessage.options.map((schema) => {
    const type = schema.shape.type.value;
    const name = messageName('client', type);
    messages[name] = {
      name: type,
      summary: CLIENT_SAYS[type],
      contentType: 'application/json',
      payload: components.add(schema),
    };
    return name;
  });
  const items = Object.entries(SERVER_MESSAGES).map(([type, schema]) => {
    const { description, ...payload } = components.add(schema);
    const name = messageName('server', type);
    messages[name] = { name: type, summary: description, contentType: 'application/json', payload };
    return { $ref: `#/components/messages/${name}/payload` };
  });
  const frame = {
    name: 'frame',
    summary: 'everything the server says: an array of messages, told apart by `type`',
    contentType: 'application/json',
    payload: { type: 'array', items: { oneOf: items } },
  };
  messages.frame = frame;
  const channel = (name: string) => ({ $ref: `#/channels/live/messages/${name}` });
  return {
    asyncapi: '3.0.0',
    info: { title: 'LIVE Board, live feed', version: '1.0.0', description: ABOUT },
    defaultContentType: 'application/json',
    servers: {
      gateway: {
        host: url.host,
        protocol: url.protocol === 'https:' ? 'wss' : 'ws',
        security: [{ $ref: '#/components/securitySchemes/token' }],
      },
    },
    channels: {
      live: {
        address: PATH,
        messages: Object.fromEntries(
          [...clients, 'frame'].map((name) => [name, { $ref: `#/components/messages/${name}` }]),
        ),
        bindings: { ws: { method: 'GET', bindingVersion: '0.1.0' } },
      },
    },
    operations: {
      say: {
        action: 'receive',
        summary: 'what a client may send',
        channel: { $ref: '#/channels/live' },
        messages: clients.map(channel),
      },
      hear: {
        action: 'send',
        summary: 'what the gateway sends',
        channel: { $ref: '#/channels/live' },
        messages: [channel('frame')],
      },
    },
    components: {
      messages,
      schemas: components.all(),
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'offered as the subprotocol bearer.<token>',
        },
      },
    },
    'x-error-codes': Object.fromEntries(Object.entries(ERRORS).map(([code, { title }]) => [code, title])),
  };
};
