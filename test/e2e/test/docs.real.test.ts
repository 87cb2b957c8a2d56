import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWorld, type OwnGateway, type World } from '../src/index.ts';

let world: World;
let gateway: OwnGateway;
beforeAll(async () => {
  world = await createWorld();
  gateway = await world.gateway();
});
afterAll(() => world.close());

it('the client on the page of the feed runs as it stands there', async () => {
  const page = readFileSync(new URL('../../../docs/live-feed.md', import.meta.url), 'utf8');
  const [, code = ''] = /```js\n([\s\S]+?)```/.exec(page) ?? [];
  const room = `doc-${randomUUID().slice(0, 8)}`;
  await world.rooms.write(room, { info: { title: 'first title' } });
  // Where the library that it imports can be found.
  const file = fileURLToPath(new URL(`../node_modules/.${room}.mjs`, import.meta.url));
  writeFileSync(file, code);
  const child = spawn(process.execPath, [file], { env: { PATH: process.env.PATH, LIVEBOARD_URL: gateway.url } });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
  try {
    await expect.poll(() => said, { timeout: 15_000 }).toContain('first title gmv');
    await world.rooms.write(room, { info: { title: 'second title' } });
    await expect.poll(() => said, { timeout: 15_000 }).toContain('second title gmv');
    expect(said).not.toContain('Error');
  } finally {
    child.kill('SIGKILL');
    rmSync(file);
  }
});
