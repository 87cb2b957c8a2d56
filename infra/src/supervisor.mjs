import { removeContainer } from './docker.mjs';
import { end, launch, tail } from './processes.mjs';
import { Failure, report } from './report.mjs';

/** A process that ends with this code has said what an operator must do; starting it again would not help. */
export const HALTED = 78;
const RESTART_MS = 1_000;
const POLITE_MS = 20_000;
const ASK_MS = 100;
const SAY_MS = 10_000;
/** Ends of a part that is being brought up, after which it is given up. */
const TRIES = 3;

/**
 * Runs parts, starts again after a second what dies, and stops all in reverse. `onChange` is called with what runs
 * whenever that changed. A part is `{ name, run: { command, args, env?, container? }, isReady, readyMs }`: `isReady` gives true
 * or what is not ready yet, and `readyMs` is how long that may stay the same.
 */
export const createSupervisor = ({ pids, logOf, cwd, onChange }) => {
  /** What was brought up, in that order; a part that died keeps its place. */
  const parts = [];
  const running = new Map();
  const halted = new Set();
  const ends = new Map();
  let stopping = false;

  const inOrder = () => parts.flatMap(({ name }) => running.get(name) ?? []);
  const changed = () => onChange(inOrder().map(({ name, known, started }) => ({ name, pid: known.pid, started })));

  const start = (part) => {
    const { name, run } = part;
    if (run.container !== undefined) removeContainer(run.container);
    const log = logOf(name);
    const child = launch({ cwd, env: process.env, ...run, log });
    if (child.pid === undefined) {
      child.once('error', (error) => report(`${name} could not be started: ${error.message}`));
      return;
    }
    running.set(name, { name, known: pids.add(name, child.pid, run.container), started: Date.now() });
    changed();
    child.once('exit', (code, signal) => {
      if (stopping) return;
      running.delete(name);
      pids.remove(child.pid);
      ends.set(name, (ends.get(name) ?? 0) + 1);
      changed();
      if (code === HALTED) {
        halted.add(name);
        report(`HALTED: ${name} stopped for good and waits for a person (docs/operations.md). Its last words:`);
        console.error(tail(log));
        return;
      }
      report(`${name} ended (${signal ?? `code ${code}`}); starting it again`);
      setTimeout(() => {
        if (!stopping) start(part);
      }, RESTART_MS);
    });
  };

  /** Waits until a part is ready; false where it is lost, or was at the same point for too long. Says where it is now and then. */
  const isReadyInTime = async ({ name, isReady, readyMs }, isLost) => {
    let point;
    let movedAt = Date.now();
    let saidAt = movedAt;
    for (;;) {
      if (isLost()) return false;
      const now = await isReady();
      if (now === true) return true;
      const at = Date.now();
      if (now !== point) [point, movedAt] = [now, at];
      if (at - movedAt >= readyMs) return false;
      if (typeof point === 'string' && at - saidAt >= SAY_MS) {
        report(`${name}: ${point}`);
        saidAt = at;
      }
      await new Promise((next) => setTimeout(next, ASK_MS));
    }
  };

  return {
    /** Starts a part and waits until it is ready. @throws Failure with its last words. */
    bring: async (part) => {
      const { name, readyMs } = part;
      const log = logOf(name);
      if (!stopping) {
        parts.push(part);
        start(part);
      }
      const isLost = () => stopping || halted.has(name) || ends.get(name) >= TRIES;
      const inTime = await isReadyInTime(part, isLost);
      if (stopping) throw new Failure('Stopped before all was ready.');
      if (halted.has(name)) throw new Failure(`${name} halted; its last words stand above.`, HALTED);
      if (isLost()) throw new Failure(`${name} ended ${TRIES} times while starting. Its last words:\n${tail(log)}`);
      if (!inTime) throw new Failure(`${name} was not ready after ${readyMs / 1000} s. Its last words:\n${tail(log)}`);
    },
    stop: async () => {
      if (stopping) return;
      stopping = true;
      for (const { name, known } of inOrder().reverse()) {
        report(`Stopping ${name}`);
        await end(known, POLITE_MS);
        if (known.container !== undefined) removeContainer(known.container);
        pids.remove(known.pid);
      }
    },
  };
};
