import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEFAULT_PARTITIONS } from '@liveboard/contracts';
import { createKafkaAdmin } from '@liveboard/kafka';
import { connectRedis, createKeys, createRoomStore } from '@liveboard/live-store';
import { createLog } from '@liveboard/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEvents, endWorkers, spawnIngest, testStack } from '../src/index.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'live-board-quarantine-'));
const file = join(dir, 'stack.json');
const namespace = `t${randomUUID().replace(/-/g, '').slice(0, 10)}_`;
const stack = { ...testStack(), namespace };
const log = createLog('test', 'fatal');
const redis = connectRedis(stack.redis_url, log);
const store = createRoomStore(redis, createKeys(namespace), DEFAULT_PARTITIONS);
const room = 'wrong';
let events: Awaited<ReturnType<typeof createEvents>>;

/** Runs the built tool; both its outputs and its code. */
const tool = (...args: string[]): Promise<{ code: number; said: string }> =>
  new Promise((done) => {
    const all = ['services/ops/dist/main.js', 'quarantine', ...args, '--stack', file];
    execFile(process.execPath, all, { cwd: root }, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : Number(error.code), said: stdout + stderr }),
    );
  });

const ledger = async (): Promise<Readonly<Record<string, number>>> => {
  const { metas } = await store.metas();
  const sum: Record<string, number> = {};
  for (const meta of metas)
    for (const [verdict, count] of Object.entries(meta.ledger ?? {})) sum[verdict] = (sum[verdict] ?? 0) + count;
  return sum;
};

beforeAll(async () => {
  writeFileSync(file, JSON.stringify(stack));
  const admin = createKafkaAdmin({ brokers: stack.kafka_brokers.split(','), clientId: 'liveboard-test', log });
  await admin.connect();
  await admin.ensureTopics(namespace, DEFAULT_PARTITIONS);
  await admin.disconnect();
  spawnIngest(stack, { namespace });
  events = await createEvents(stack);
});
afterAll(async () => {
  endWorkers();
  await events.close();
  redis.disconnect();
  rmSync(dir, { recursive: true, force: true });
});

const entered = (id: string, ts: number): object => ({
  v: 1,
  id,
  type: 'viewer.entered',
  room_id: room,
  ts,
  user_id: 'u1',
  source: 'search',
});

describe('records in quarantine', () => {
  it('are listed, shown and sent again once the rules take them', async () => {
    // A producer's clock that leads by a little more than is allowed: good as soon as time has caught up.
    const ahead = Date.now() + 34_000;
    const [first] = await events.send(room, [
      entered('ahead', ahead),
      Buffer.from('{"v":1,'),
      Buffer.alloc(70_000, 0x20),
      entered('now', Date.now()),
    ]);
    await expect.poll(ledger, { timeout: 30_000 }).toMatchObject({ in: 4, counted: 1, quarantined: 3 });
    const id = (n: number): string => `${stack.generation}:${first?.partition}:${(first?.baseOffset ?? 0) + n}`;

    await expect
      .poll(async () => (await tool('list')).said, { timeout: 20_000 })
      .toContain('list: 3 of 3 records, the newest last');
    const listed = await tool('list', '--reason', 'bad_json');
    expect(listed.said).toContain(id(1));
    expect(listed.said).not.toContain(id(0));
    expect((await tool('show', id(1))).said).toMatch(/reason: {5}bad_json[\s\S]+bytes: {6}text\n\{"v":1,/);
    expect((await tool('show', id(2))).said).toContain('the first 65536 of 70000 bytes');

    await expect.poll(() => Date.now() + 29_000, { timeout: 20_000, interval: 250 }).toBeGreaterThan(ahead);
    const tried = await tool('replay', '--partition', String(first?.partition), '--dry-run');
    expect(tried.said).toContain('replay: 1 records would be sent, 2 not');
    expect(await ledger()).toMatchObject({ in: 4 });

    const sent = await tool('replay', id(0), id(1), id(2));
    expect(sent).toMatchObject({ code: 1, said: expect.stringContaining('replay: 1 records sent, 2 not') });
    expect(sent.said).toContain(`${id(1)} not sent: bad_json`);
    expect(sent.said).toContain(`${id(2)} not sent: only 65536 of its 70000 bytes were kept`);
    await expect.poll(ledger, { timeout: 20_000 }).toMatchObject({ in: 5, counted: 2, quarantined: 3 });

    // A second time it is the same event.
    expect(await tool('replay', id(0))).toMatchObject({ code: 0 });
    await expect.poll(ledger, { timeout: 20_000 }).toMatchObject({ in: 6, counted: 2, duplicate: 1 });
    expect((await tool('replay', id(1), '--force')).said).toContain(`${id(1)} will be refused again`);
    await expect.poll(ledger, { timeout: 20_000 }).toMatchObject({ in: 7, counted: 2, quarantined: 4 });
  });

  it('are refused by name where they are not there', async () => {
    expect(await tool('show', '1:0:999')).toEqual({ code: 1, said: 'not in quarantine: 1:0:999\n' });
  });
});
