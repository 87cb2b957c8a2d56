import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { connectFeed, get, testStack, tokenFor } from '../src/index.ts';

/** The interfaces' documents, held against what a gateway of the running stack says of its simulated rooms. */

type Schema = Readonly<Record<string, unknown>>;
interface Document extends Schema {
  readonly components: { readonly schemas: Schema; readonly messages?: Readonly<Record<string, { payload: Schema }>> };
}
interface OpenApi extends Document {
  readonly paths: Readonly<
    Record<string, { get?: { responses: Readonly<Record<string, { content: Record<string, { schema: Schema }> }>> } }>
  >;
}

const url = testStack().gateway_url;
const read = async <T>(path: string): Promise<T> => (await (await fetch(url + path)).json()) as T;

/** Says what of a value breaks a schema of the document. */
const createChecker = (document: Document) => {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema({ $id: 'doc:', ...document });
  return (schema: Schema, value: unknown): string => {
    const absolute = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"doc:#/')) as Schema;
    return ajv.validate(absolute, value) ? '' : ajv.errorsText();
  };
};

let token: string;
/** Takes none of a partner's five slots, which other tests count. */
let watching: string;
let live: string[];
beforeAll(async () => {
  token = await tokenFor(url, 'demo-partner');
  watching = await tokenFor(url, 'demo-operator');
  const { body } = await get(url, '/v1/rooms?status=live&limit=100', token);
  const { items } = body as { items: { room_id: string; access: string; compare?: object }[] };
  live = items
    .filter(({ access, compare }) => access === 'granted' && compare !== undefined)
    .map(({ room_id }) => room_id);
});

describe('the document of the live feed', () => {
  it('describes every message that a client of the rooms hears', async () => {
    const document = await read<Document>('/docs/asyncapi.json');
    const check = createChecker(document);
    const client = await connectFeed(url, { token: watching });
    try {
      // A Redis that is younger than twelve seconds gives no rooms away.
      const subscribe = async (room_id: string | undefined) => (await client.ask({ type: 'subscribe', room_id })).type;
      for (const room_id of live.slice(0, 2))
        await expect.poll(() => subscribe(room_id), { timeout: 30_000, interval: 1_000 }).toBe('snapshot');
      client.send({ type: 'ping', ref: 'p' });
      client.send({ type: 'subscribe', room_id: 'no such' });
      for (const type of ['welcome', 'pong', 'error', 'comments'] as const) await client.next(type);
      await client.next('update', ({ minutes }) => minutes !== undefined, 90_000);
    } finally {
      await client.close();
    }
    const { frame } = document.components.messages ?? {};
    expect(check(frame?.payload ?? {}, client.messages)).toBe('');
    expect(check(frame?.payload ?? {}, [{ type: 'snapshot' }])).not.toBe('');
  });
});

describe('the document of REST', () => {
  it('describes what each path answers, and what it refuses', async () => {
    const document = await read<OpenApi>('/docs/openapi.json');
    const check = createChecker(document);
    for (const [template, { get: operation }] of Object.entries(document.paths)) {
      if (operation === undefined) continue;
      const path = template.replace('{id}', live[0] ?? '');
      for (const [asked, by] of [
        [path, token],
        [path, watching],
        [`${path}?nonsense=1`, token],
        [path, 'not a token'],
      ] as const) {
        const { status, body } = await get(url, asked, by);
        const answer = operation.responses[status];
        expect(answer, `${asked} answered ${status}: ${JSON.stringify(body)}`).toBeDefined();
        const [{ schema } = { schema: {} }] = Object.values(answer?.content ?? {});
        expect(check(schema, body), asked).toBe('');
      }
    }
  });

  it('is a page to read, whose parts the page’s own policy allows', async () => {
    const page = await fetch(`${url}/docs`);
    expect(page.headers.get('content-type')).toContain('text/html');
    const parts = [...(await page.text()).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path as string);
    expect(parts.length).toBe(3);
    for (const path of parts) expect((await fetch(url + path)).status, path).toBe(200);
    expect((await fetch(`${url}/docs/viewer/package.json`)).status).toBe(404);
  });
});

describe('a client in Python, written from the documents', () => {
  const python = process.env.PYTHON ?? 'python3';
  const has = spawnSync(python, ['-c', 'import websockets'], { stdio: 'ignore' }).status === 0;

  it('prints the minutes of a room', async ({ skip }) => {
    if (!has) skip('websockets for Python is not installed here');
    const script = fileURLToPath(new URL('../../../docs/examples/python/watch.py', import.meta.url));
    const child = spawn(python, [script, live[0] ?? ''], {
      env: { ...process.env, LIVEBOARD_URL: url, LIVEBOARD_SUB: 'demo-operator' },
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
    try {
      await expect.poll(() => said, { timeout: 20_000 }).toMatch(/^\d+ (closed|final) gmv \d+ \(.+\) views \d+$/m);
    } finally {
      child.kill('SIGKILL');
    }
  });
});
