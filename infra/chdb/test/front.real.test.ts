// What only the front has to show, whatever ClickHouse the stack has: each test runs the built front on a folder of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, until } from '@liveboard/infra/ports';
import { afterEach, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const DEADLINE_MS = 30_000;
const folders: string[] = [];
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'live-board-'));
  folders.push(folder);
  return folder;
};

interface Front {
  readonly child: ChildProcess;
  readonly url: string;
  readonly port: number;
  readonly said: () => string;
  readonly ended: Promise<number | string>;
}

const launch = async (dir: string): Promise<Front> => {
  const port = await freePort();
  const args = [MAIN, '--dir', dir, '--port', String(port)];
  const env = { ...process.env, UV_THREADPOOL_SIZE: '8', TZ: 'UTC' };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      said += chunk;
    });
  const ended = once(child, 'exit').then(([code, signal]) => (signal ?? code) as number | string);
  return { child, port, url: `http://127.0.0.1:${port}`, said: () => said, ended };
};

const serves = (url: string) =>
  fetch(`${url}/ping`).then(
    ({ ok }) => ok,
    () => false,
  );

const start = async (dir: string): Promise<Front> => {
  const front = await launch(dir);
  if (!(await until(() => serves(front.url), DEADLINE_MS))) throw new Error(`did not start:\n${front.said()}`);
  return front;
};

const run = async ({ url }: Front, sql: string): Promise<string> => {
  const answer = await fetch(url, { method: 'POST', body: sql });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text.trim();
};

it('keeps what it acknowledged through a kill -9 in the middle of writing', async () => {
  const dir = newFolder();
  const first = await start(dir);
  await run(first, 'CREATE TABLE kept (n UInt64) ENGINE = MergeTree ORDER BY n');
  let acknowledged = 0;
  const writing = (async () => {
    for (let n = 0; ; n++) {
      await run(first, `INSERT INTO kept FORMAT JSONEachRow\n${JSON.stringify({ n })}`);
      acknowledged = n + 1;
    }
  })().catch(() => undefined);
  await until(() => acknowledged >= 20, DEADLINE_MS, 1);
  first.child.kill('SIGKILL');
  await first.ended;
  await writing;
  const second = await start(dir);
  const [rows, distinct] = (
    await run(second, `SELECT count(), uniqExact(n) FROM kept WHERE n < ${acknowledged}`)
  ).split('\t');
  expect([rows, distinct]).toEqual([String(acknowledged), String(acknowledged)]);
  // What was under way is there once or not at all.
  expect(Number(await run(second, 'SELECT count() FROM kept'))).toBeLessThanOrEqual(acknowledged + 1);
});

it('is the one owner of its folder: a second is refused for good and says why', async () => {
  const dir = newFolder();
  const owner = await start(dir);
  await run(owner, 'CREATE TABLE mine (n UInt8) ENGINE = MergeTree ORDER BY n');
  const second = await launch(dir);
  expect(await second.ended).toBe(78);
  expect(second.said()).toMatch(/another process owns it/);
  expect(await run(owner, 'SELECT count() FROM mine')).toBe('0');
  owner.child.kill('SIGTERM');
  expect(await owner.ended).toBe(0);
  expect(await run(await start(dir), 'SELECT count() FROM mine')).toBe('0');
});

it('ends with SIGTERM after what runs has been answered', async () => {
  const dir = newFolder();
  const front = await start(dir);
  const running = run(front, 'SELECT sleep(1.5), 7');
  await until(
    async () => (await run(front, "SELECT count() FROM system.processes WHERE query LIKE '%sleep(1.5)%'")) === '2',
    DEADLINE_MS,
  );
  front.child.kill('SIGTERM');
  expect(await running).toBe('0\t7');
  expect(await front.ended).toBe(0);
  expect(readdirSync(join(dir, 'spool'))).toEqual([]);
});

it('leaves no file of a request behind, whatever became of it', async () => {
  const dir = newFolder();
  const front = await start(dir);
  await run(front, 'CREATE TABLE t (n UInt32) ENGINE = MergeTree ORDER BY n');
  await run(front, 'INSERT INTO t FORMAT JSONEachRow {"n":1}');
  await expect(run(front, 'INSERT INTO t FORMAT JSONEachRow {"n":"x"}')).rejects.toThrow(/^Code: 27\..*at row 1/s);
  await expect(run(front, 'SELECT * FROM nowhere')).rejects.toThrow(/^Code: 60\./);
  const leave = new AbortController();
  const left = await fetch(front.url, {
    method: 'POST',
    body: 'SELECT * FROM numbers(20000000)',
    signal: leave.signal,
  });
  leave.abort();
  await expect(left.text()).rejects.toThrow();
  const half = request(`${front.url}/?query=INSERT+INTO+t+FORMAT+JSONEachRow`, { method: 'POST' });
  half.on('error', () => {});
  half.write('{"n":2}\n');
  await until(() => readdirSync(join(dir, 'spool')).length > 0, DEADLINE_MS, 1);
  half.destroy();
  expect(await until(() => readdirSync(join(dir, 'spool')).length === 0, DEADLINE_MS)).toBe(true);
  expect(await run(front, 'SELECT count() FROM t')).toBe('1');
});

it('leaves an answer that fails in its middle without its end', async () => {
  const front = await start(newFolder());
  const body =
    'SELECT number, throwIf(number = 3000000) FROM numbers(4000000) SETTINGS max_block_size = 8192, max_threads = 1';
  for (const query of ['', '?enable_http_compression=1']) {
    const answer = await fetch(`${front.url}/${query}`, { method: 'POST', body });
    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow();
  }
});

it('says what it does not do instead of doing something else', async () => {
  const front = await start(newFolder());
  for (const parameters of ['session_id=a', 'role=r', 'decompress=1', 'compress=1']) {
    const answer = await fetch(`${front.url}/?${parameters}`, { method: 'POST', body: 'SELECT 1' });
    expect([answer.status, answer.headers.get('x-clickhouse-exception-code')]).toEqual([501, '48']);
    expect(await answer.text()).toMatch(new RegExp(`^Code: 48\\. DB::Exception: ${parameters.split('=')[0]}: `));
  }
  const body = new FormData();
  body.set('query', 'SELECT 1');
  expect((await fetch(front.url, { method: 'POST', body })).status).toBe(501);
  await expect(run(front, "SELECT 1 INTO OUTFILE '/tmp/x'")).rejects.toThrow(/^Code: 48\./);
  const encoded = await fetch(front.url, { method: 'POST', body: 'SELECT 1', headers: { 'content-encoding': 'zstd' } });
  expect(encoded.status).toBe(415);
});

it('serves programs of this machine alone, and bounds what they send', async () => {
  const front = await start(newFolder());
  const ask = async (path: string, headers: Record<string, string>, body = 'SELECT 1'): Promise<number> => {
    const asked = request({ port: front.port, host: '127.0.0.1', path, method: 'POST', headers });
    asked.on('error', () => {});
    asked.end(body);
    const [answer] = await once(asked, 'response');
    answer.resume();
    return answer.statusCode;
  };
  expect(await ask('/', {})).toBe(200);
  expect(await ask('/', { host: 'rebound.example:8123' })).toBe(403);
  expect(await ask('/', { origin: 'https://page.example' })).toBe(403);
  expect(await ask('/', { 'sec-fetch-site': 'cross-site' })).toBe(403);
  expect(await ask(`/?query=SELECT+length('${'x'.repeat(200_000)}')`, {}, '')).toBe(200);
  expect(await ask(`/?query=SELECT+'${'x'.repeat(2_000_000)}'`, {})).toBe(431);
  expect(await ask('/', {}, `SELECT '${'x'.repeat(33 * 1024 * 1024)}'`)).toBe(413);
});

it('backs a database up to the disk beside its data, and restores it into another folder', async () => {
  const [dir, other] = [newFolder(), newFolder()];
  const first = await start(dir);
  await run(first, 'CREATE DATABASE kept');
  await run(first, 'CREATE TABLE kept.rows (n UInt64) ENGINE = MergeTree ORDER BY n');
  await run(first, 'INSERT INTO kept.rows SELECT number FROM numbers(1000)');
  expect(await run(first, "BACKUP DATABASE kept TO Disk('backups', 'one')")).toMatch(/BACKUP_CREATED$/);
  await expect(run(first, `BACKUP DATABASE kept TO File('${join(other, 'two')}')`)).rejects.toThrow(/allowed_path/);
  const second = await start(other);
  cpSync(join(dir, 'backups'), join(other, 'backups'), { recursive: true });
  expect(await run(second, "RESTORE DATABASE kept FROM Disk('backups', 'one')")).toMatch(/RESTORED$/);
  expect(await run(second, 'SELECT count(), sum(n) FROM kept.rows')).toBe('1000\t499500');
});
