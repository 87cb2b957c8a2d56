import { connect, createServer } from 'node:net';

const HOST = '127.0.0.1';

const listenOn = (port) =>
  new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(undefined));
    server.listen(port, HOST, () => {
      const { port: got } = server.address();
      server.close(() => done(got));
    });
  });

/** A free port of the loopback: the first wanted one that is free, else any. */
export const freePort = async (...wanted) => {
  for (const port of wanted) {
    if (port === undefined) continue;
    const got = await listenOn(port);
    if (got !== undefined) return got;
  }
  return listenOn(0);
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

/** Whether a service says that it is ready. */
export const isReady = async (port) => {
  try {
    return (await fetch(`http://${HOST}:${port}/readyz`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
};
