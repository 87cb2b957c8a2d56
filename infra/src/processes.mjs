import { spawn, spawnSync } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { until } from './ports.mjs';

const LOG_BYTES = 16 * 1024 * 1024;
const hasProc = existsSync('/proc/self/stat');

const startByPs = (pid) => {
  const asked = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' });
  const [state, ...start] = (asked.stdout ?? '').trim().split(/\s+/);
  return asked.status !== 0 || state.startsWith('Z') ? undefined : start.join(' ');
};

/** The fields of `/proc/PID/stat` behind the name, which may hold any character; undefined where there is no such process. */
const statOf = (pid) => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')), state: fields[0], fields };
  } catch {
    return undefined;
  }
};

/** When the kernel started a process, in its own ticks; undefined where there is none. Tells a pid from its reuse. */
export const startOf = (pid) => {
  if (!hasProc) return startByPs(pid);
  const stat = statOf(pid);
  return stat === undefined || stat.state === 'Z' ? undefined : stat.fields[19];
};

/** Names a process so that it can be told from a later one with the same pid. */
export const identify = (pid) => ({ pid, start: startOf(pid) });

export const isAlive = ({ pid, start }) => startOf(pid) !== undefined && startOf(pid) === start;

/** The npm that runs this command, past the shell that it puts between; undefined where none does. */
export const runner = () => {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  let pid = process.ppid;
  for (let stat = statOf(pid); stat !== undefined && /^(ba|da)?sh$/.test(stat.name); stat = statOf(pid))
    pid = Number(stat.fields[1]);
  return identify(pid);
};

const signal = (pid, name) => {
  try {
    process.kill(-pid, name);
  } catch {
    // The group is gone already.
  }
};

/** Ends a process group: politely, then for good. */
export const end = async (known, politeMs = 10_000) => {
  if (!isAlive(known)) return;
  signal(known.pid, 'SIGTERM');
  if (await until(() => !isAlive(known), politeMs)) return;
  signal(known.pid, 'SIGKILL');
  await until(() => !isAlive(known), 5_000);
};

/** The launcher's memory of its children, so that the next start can clean what a kill -9 left behind. */
export const createPidFile = (dir) => {
  const file = join(dir, 'pids.json');
  const known = new Map();
  const launcher = { ...identify(process.pid), runner: runner() };
  const write = () => {
    mkdirSync(dir, { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify({ launcher, children: [...known.values()] }));
    renameSync(`${file}.new`, file);
  };
  const read = () => {
    try {
      return JSON.parse(readFileSync(file, 'utf8'));
    } catch {
      return undefined;
    }
  };
  return {
    /** The launcher that owns the directory now, if it still runs; `orphan`: the npm that ran it is gone. */
    owner: () => {
      const held = read()?.launcher;
      if (held === undefined || held.pid === process.pid || !isAlive(held)) return undefined;
      return { ...held, orphan: held.runner !== undefined && !isAlive(held.runner) };
    },
    /** What an earlier launcher left running; newest first. A container outlives the command that runs it. */
    leftovers: () => (read()?.children ?? []).filter((child) => child.container || isAlive(child)).reverse(),
    claim: write,
    add: (name, pid, container) => {
      const child = { name, ...identify(pid), ...(container === undefined ? {} : { container }) };
      known.set(pid, child);
      write();
      return child;
    },
    remove: (pid) => {
      known.delete(pid);
      write();
    },
  };
};

/** Starts a child in a group of its own, its output appended to `log` (kept under 16 MiB, one older file beside it). */
export const launch = ({ command, args, env, cwd, log }) => {
  mkdirSync(dirname(log), { recursive: true });
  if (existsSync(log) && statSync(log).size > LOG_BYTES) renameSync(log, `${log}.1`);
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let written = existsSync(log) ? statSync(log).size : 0;
  let out = createWriteStream(log, { flags: 'a' });
  const take = (chunk) => {
    written += chunk.length;
    if (written > LOG_BYTES) {
      out.end();
      renameSync(log, `${log}.1`);
      out = createWriteStream(log, { flags: 'a' });
      written = chunk.length;
    }
    out.write(chunk);
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  child.once('close', () => out.end());
  return child;
};

/** The last lines of a log, for a message to a person. */
export const tail = (log, lines = 15) => {
  try {
    return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '(no log)';
  }
};
