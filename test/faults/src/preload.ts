import { fileURLToPath } from 'node:url';

/** The module that puts a worker's clock off; the same place from the sources and from what is built. */
export const CLOCK = fileURLToPath(new URL('../preload/clock.mjs', import.meta.url));
