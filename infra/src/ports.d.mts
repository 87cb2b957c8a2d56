/** A free port of the loopback that is not among `taken`: the wanted one where it is free, else any. */
export const freePort: (wanted?: number, taken?: readonly number[]) => Promise<number>;
/** Asks until the answer is true; false after `deadlineMs`. */
export const until: (ask: () => boolean | Promise<boolean>, deadlineMs: number, everyMs?: number) => Promise<boolean>;
/** Whether something accepts connections there. */
export const isOpen: (port: number, host?: string) => Promise<boolean>;
/** Whether a service says that it is ready. */
export const isReady: (port: number) => Promise<boolean>;
