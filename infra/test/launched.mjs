import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '../src/ports.mjs';
import { identify, isAlive } from '../src/processes.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DEADLINE_MS = 150_000;

const own = (env) =>
  Object.fromEntries(
    Object.entries({ ...process.env, ...env }).filter(
      ([name, value]) => value !== undefined && !/^(LIVEBOARD_|VITEST|NODE_ENV|npm_)/.test(name),
    ),
  );

/** Runs a command as a terminal's foreground group; `said` is all that it printed. */
export const runGroup = (command, args, env = {}) => {
  const child = spawn(command, args, { cwd: ROOT, env: own(env), detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      text += chunk;
    });
  const ended = new Promise((done) => child.once('close', (code, signal) => done(signal ?? code)));
  return {
    pid: child.pid,
    ended,
    said: () => text,
    /** As a terminal does it: to every process of the group. */
    signalAll: (name) => process.kill(-child.pid, name),
    saysSoon: async (pattern) => {
      let isOver = false;
      void ended.then(() => {
        isOver = true;
      });
      await until(() => isOver || pattern.test(text), DEADLINE_MS);
      if (!pattern.test(text)) throw new Error(`did not say ${pattern}:\n${text}`);
      return pattern.exec(text);
    },
  };
};

/** A launcher in `dir`, as `npm start` runs it. */
export const launchIn = (dir, args = [], env = {}) => {
  const group = runGroup('npm', ['start', '--silent', '--', '--dir', dir, ...args], env);
  const stack = () => JSON.parse(readFileSync(join(dir, 'stack.json'), 'utf8'));
  const known = () => JSON.parse(readFileSync(join(dir, 'pids.json'), 'utf8'));
  return {
    ...group,
    stack,
    launcher: () => known().launcher.pid,
    ready: () => group.saysSoon(/Ready\. The board: (\S+)/),
    pidOf: (name) => stack().processes.find((each) => each.name === name)?.pid,
    /** The part's next pid, once the file names it. */
    nextPidOf: async (name, old) => {
      const pid = () => stack().processes.find((each) => each.name === name)?.pid;
      if (!(await until(() => pid() !== undefined && pid() !== old, DEADLINE_MS)))
        throw new Error(`${name}: not again`);
      return pid();
    },
    /** What runs now, in a form that a later process with the same pid does not answer to. */
    children: () => known().children.map(({ pid }) => identify(pid)),
  };
};

export const allGone = (children) => until(() => !children.some(isAlive), DEADLINE_MS);

/** Ends whatever a failed test left of a folder's stack, and removes the folder. */
export const cleanUp = async (dir) => {
  let known;
  try {
    known = JSON.parse(readFileSync(join(dir, 'pids.json'), 'utf8'));
  } catch {
    known = { children: [] };
  }
  for (const each of [known.launcher, ...known.children])
    if (each !== undefined && isAlive(each)) process.kill(each.pid, 'SIGKILL');
  rmSync(dir, { recursive: true, force: true });
};

/** The status with which a gateway answers the upgrade to the feed; 101 where it lets it through. */
export const upgradeStatus = async (url, { origin, sub }) => {
  const body = JSON.stringify({ sub });
  const headers = { 'content-type': 'application/json' };
  const { token } = await (await fetch(`${url}/dev/token`, { method: 'POST', headers, body })).json();
  return new Promise((done, fail) => {
    const asked = request(`${url}/v1/live`, {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        origin,
        'sec-websocket-version': '13',
        'sec-websocket-key': Buffer.alloc(16).toString('base64'),
        'sec-websocket-protocol': `liveboard.v1, bearer.${token}`,
      },
    });
    asked.once('upgrade', (_, socket) => {
      socket.destroy();
      done(101);
    });
    asked.once('response', (response) => {
      response.resume();
      done(response.statusCode);
    });
    asked.once('error', fail);
    asked.end();
  });
};
