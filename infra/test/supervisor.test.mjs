import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { until } from '../src/ports.mjs';
import { createPidFile, end, identify, isAlive, launch } from '../src/processes.mjs';
import { createSupervisor, HALTED } from '../src/supervisor.mjs';

let dir;
let supervisor;
let seen;
let pids;

beforeEach(() => {
  vi.spyOn(console, 'log').mockImplementation(() => {});
  vi.spyOn(console, 'error').mockImplementation(() => {});
  dir = mkdtempSync(join(tmpdir(), 'live-board-'));
  seen = [];
  pids = createPidFile(dir);
  supervisor = createSupervisor({
    pids,
    cwd: dir,
    logOf: (name) => join(dir, `${name}.log`),
    onChange: (now) => seen.push(now),
  });
});
afterEach(async () => {
  await supervisor.stop();
  rmSync(dir, { recursive: true, force: true });
});

const part = (code, more = {}) => ({
  name: 'part',
  run: { command: process.execPath, args: ['-e', code] },
  isReady: () => true,
  readyMs: 10_000,
  ...more,
});
const FOREVER = 'setInterval(() => {}, 1000)';
const running = () => seen.at(-1)?.[0];
const said = () => console.log.mock.calls.flat().join('\n');

describe('a supervised part', () => {
  it('is started again after a second when it dies', async () => {
    await supervisor.bring(part(FOREVER));
    const first = running();
    process.kill(first.pid, 'SIGKILL');
    const died = Date.now();
    expect(await until(() => running() !== undefined && running().pid !== first.pid, 10_000)).toBe(true);
    expect(Date.now() - died).toBeGreaterThanOrEqual(950);
    expect(isAlive(identify(running().pid))).toBe(true);
    expect(seen.map((now) => now.length)).toEqual([1, 0, 1]);
    expect(said()).toMatch(/part ended \(SIGKILL\); starting it again/);
  });

  it('that halted is not started again, and its last words are said', async () => {
    const runs = (name) => `require('fs').appendFileSync('${name}.runs', 'x')`;
    const halting = `${runs('halting')}; console.error('a gap'); process.exitCode = ${HALTED}`;
    await expect(supervisor.bring(part(halting, { isReady: () => false }))).rejects.toThrow(/part halted/);
    // Whoever ends later otherwise runs again; by then the halted one would have, too.
    const isAgain = () => existsSync(join(dir, 'other.runs')) && readFileSync(join(dir, 'other.runs'), 'utf8') === 'xx';
    await supervisor.bring(part(`${runs('other')}; process.exitCode = 1`, { name: 'other', isReady: isAgain }));
    expect(readFileSync(join(dir, 'halting.runs'), 'utf8')).toBe('x');
    expect(said()).toMatch(/HALTED: part/);
    expect(console.error.mock.calls.flat().join('\n')).toMatch(/a gap/);
  });

  it('that keeps dying while it starts is given up with its last words', async () => {
    const code = "console.error('no port'); process.exitCode = 1";
    await expect(supervisor.bring(part(code, { isReady: () => false }))).rejects.toThrow(/ended 3 times[\s\S]*no port/);
  });

  it('that is not ready in time fails the start', async () => {
    await expect(supervisor.bring(part(FOREVER, { isReady: () => false, readyMs: 200 }))).rejects.toThrow(
      /not ready after 0\.2 s/,
    );
  });

  it('that gets on is waited for longer than it may stand still', async () => {
    const points = ['3 behind', '2 behind', '1 behind'];
    const began = Date.now();
    const isReady = () => points[Math.floor((Date.now() - began) / 200)] ?? true;
    await supervisor.bring(part(FOREVER, { isReady, readyMs: 400 }));
    expect(Date.now() - began).toBeGreaterThanOrEqual(600);
  });

  it('is stopped while it is brought up', async () => {
    const brought = supervisor.bring(part(FOREVER, { isReady: () => false }));
    const refused = expect(brought).rejects.toThrow(/Stopped/);
    const { pid } = running();
    await supervisor.stop();
    await refused;
    expect(isAlive(identify(pid))).toBe(false);
  });

  // A server that had been started again was stopped before the services that need it.
  it('is stopped before those it was started after, also where one was started again since', async () => {
    await supervisor.bring(part(FOREVER, { name: 'server' }));
    await supervisor.bring(part(FOREVER, { name: 'service' }));
    const { pid } = running();
    process.kill(pid, 'SIGKILL');
    expect(await until(() => seen.at(-1).length === 2 && running().pid !== pid, 10_000)).toBe(true);
    expect(seen.at(-1).map(({ name }) => name)).toEqual(['server', 'service']);
    await supervisor.stop();
    expect(said()).toMatch(/Stopping service[\s\S]*Stopping server/);
  });

  it('whose program is missing does not end the launcher', async () => {
    const missing = part('', { run: { command: join(dir, 'nothing'), args: [] }, isReady: () => false, readyMs: 300 });
    await expect(supervisor.bring(missing)).rejects.toThrow(/not ready/);
    expect(said()).toMatch(/could not be started/);
  });
});

describe('leftovers', () => {
  const leave = () => launch({ command: process.execPath, args: ['-e', FOREVER], cwd: dir, log: join(dir, 'x.log') });

  it('are known by pid and by the kernel’s time of their start', async () => {
    const child = leave();
    pids.add('part', child.pid);
    const [left] = createPidFile(dir).leftovers();
    expect(left).toMatchObject({ name: 'part', pid: child.pid });
    await end(left);
    expect(createPidFile(dir).leftovers()).toEqual([]);
  });

  it('never are a later process that got the same pid', async () => {
    const child = leave();
    const { start } = identify(child.pid);
    const children = [{ name: 'part', pid: child.pid, start: String(Number(start) - 1) }];
    writeFileSync(join(dir, 'pids.json'), JSON.stringify({ launcher: { pid: 1, start: '-1' }, children }));
    const file = createPidFile(dir);
    expect(file.owner()).toBeUndefined();
    expect(file.leftovers()).toEqual([]);
    await end(children[0]);
    expect(isAlive({ pid: child.pid, start })).toBe(true);
    await end({ pid: child.pid, start });
  });
});
