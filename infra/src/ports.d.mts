/** A free port of the loopback: the first wanted one that is free, else any. */
export const freePort: (...wanted: (number | undefined)[]) => Promise<number>;
/** Asks until the answer is true; false after `deadlineMs`. */
export const until: (ask: () => boolean | Promise<boolean>, deadlineMs: number, everyMs?: number) => Promise<boolean>;
/** Whether something accepts connections there. */
export const isOpen: (port: number, host?: string) => Promise<boolean>;
/** Whether a service says that it is ready. */
export const isReady: (port: number) => Promise<boolean>;
