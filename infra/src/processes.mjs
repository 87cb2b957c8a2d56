import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { until } from './ports.mjs';

const LOG_BYTES = 16 * 1024 * 1024;

/** When the kernel started a process, in its own ticks; undefined where there is none. Tells a pid from its reuse. */
export const startOf = (pid) => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
};

const isAlive = ({ pid, start }) => startOf(pid) !== undefined && startOf(pid) === start;

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
  const write = () => {
    mkdirSync(dir, { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify({ launcher: me(), children: [...known.values()] }));
    renameSync(`${file}.new`, file);
  };
  const me = () => ({ pid: process.pid, start: startOf(process.pid) });
  const read = () => {
    try {
      return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
    } catch {
      return undefined;
    }
  };
  return {
    /** The launcher that owns the directory now, if it still runs. */
    owner: () => {
      const held = read()?.launcher;
      return held !== undefined && isAlive(held) && held.pid !== process.pid ? held : undefined;
    },
    /** What an earlier launcher left running; newest first. */
    leftovers: () => (read()?.children ?? []).filter(isAlive).reverse(),
    claim: write,
    add: (name, pid) => {
      known.set(pid, { name, pid, start: startOf(pid) });
      write();
      return known.get(pid);
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
