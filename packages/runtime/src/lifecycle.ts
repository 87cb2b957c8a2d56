import type { Log } from './log.ts';

/** Ends with this code where an operator must act: starting again would not help. */
export const EXIT_HALTED = 78;

export interface Lifecycle {
  /** Registers what is undone at the end; undone in reverse order. */
  onStop(name: string, stop: () => Promise<void>): void;
  /** Stops everything and ends the process with `code`. Later calls change nothing. */
  end(code: number, why: string): Promise<void>;
}

/** SIGTERM and SIGINT stop in reverse order of starting; what does not stop within `deadlineMs` is left behind. */
export const createLifecycle = (log: Log, deadlineMs = 15_000): Lifecycle => {
  const stops: { name: string; stop: () => Promise<void> }[] = [];
  let ending = false;
  const end = async (code: number, why: string): Promise<void> => {
    if (ending) return;
    ending = true;
    log.info({ code, why }, 'stopping');
    setTimeout(() => process.exit(code === 0 ? 1 : code), deadlineMs).unref();
    for (const { name, stop } of stops.reverse())
      await stop().catch((error: unknown) => log.error({ err: error, part: name }, 'did not stop cleanly'));
    process.exit(code);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void end(0, signal));
  return {
    onStop: (name, stop) => {
      stops.push({ name, stop });
    },
    end,
  };
};
