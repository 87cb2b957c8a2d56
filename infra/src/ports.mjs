import { randomInt } from 'node:crypto';
import { connect, createServer } from 'node:net';

const HOST = '127.0.0.1';
// Below the ports that kernels give to outgoing connections: a part that is started again finds its own still free.
const FIRST = 20_000;
const LAST = 30_000;

const isFree = (port) =>
  new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen(port, HOST, () => server.close(() => done(true)));
  });

/** A free port of the loopback that is not among `taken`: the wanted one where it is free, else any. */
export const freePort = async (wanted, taken = []) => {
  if (wanted !== undefined && !taken.includes(wanted) && (await isFree(wanted))) return wanted;
  for (;;) {
    const port = randomInt(FIRST, LAST);
    if (!taken.includes(port) && (await isFree(port))) return port;
  }
};

/** Whether something accepts connections there. */
export const isOpen = (port, host = HOST) =>
  new Promise((done) => {
    const socket = connect({ port, host });
    const end = (open) => {
      socket.destroy();
      done(open);
    };
    socket.setTimeout(1_000, () => end(false));
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });

/** Asks until the answer is true; false after `deadlineMs`. */
export const until = async (ask, deadlineMs, everyMs = 100) => {
  const end = Date.now() + deadlineMs;
  for (;;) {
    if (await ask()) return true;
    if (Date.now() >= end) return false;
    await new Promise((next) => setTimeout(next, everyMs));
  }
};

/** True where a service says that it is ready, else what it says instead; false where it does not answer. */
export const readiness = async (port) => {
  try {
    const answer = await fetch(`http://${HOST}:${port}/readyz`, { signal: AbortSignal.timeout(2_000) });
    return answer.ok || (await answer.text()).trim();
  } catch {
    return false;
  }
};

/** Whether a service says that it is ready. */
export const isReady = async (port) => (await readiness(port)) === true;
