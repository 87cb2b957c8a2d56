import { isAlive, runner } from './processes.mjs';

const ASK_MS = 500;

/**
 * Calls `leave(why)` once, when somebody asks the command to end: by signal, by closing the terminal, by killing the npm
 * that runs it, or by an error that nobody caught.
 */
export const onLeave = (leave) => {
  let asked = false;
  const once = (why) => {
    if (asked) return;
    asked = true;
    void leave(why);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => once(signal));
  // A closed terminal refuses what is written to it; that must not end us before the parts are stopped.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  process.on('uncaughtException', (error) => {
    console.error(error);
    once('an error');
  });
  const npm = runner();
  if (npm === undefined) return;
  setInterval(() => {
    if (!isAlive(npm)) once('npm is gone');
  }, ASK_MS).unref();
};
