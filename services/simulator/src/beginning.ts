import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

const MINUTE_MS = 60_000;
/** Rooms of an age beyond this start anew after a restart: running through their whole past would take too long. */
const RESUMED_MS = 75 * MINUTE_MS;
/** A little is sent twice rather than lost: copies are dropped by id. */
const OVERLAP_MS = 5_000;

const stateSchema = z.object({ seed: z.string(), start: z.number().int() });

/** When the rooms started, and from when on their events are still to be sent; ms since 1970 UTC. */
export interface Beginning {
  readonly start: number;
  readonly from: number;
}

export interface BeginningOptions {
  readonly now: number;
  readonly pastMs: number;
  /** Append time of the log's last record; undefined: the log is empty, or older than the past asked for. */
  readonly lastAppend: number | undefined;
  /** When the rooms of an earlier run started. */
  readonly earlierStart: number | undefined;
}

/** Goes on with the rooms of an earlier run where they are young enough, else begins new ones after the log's end. */
export const chooseBeginning = ({ now, pastMs, lastAppend, earlierStart }: BeginningOptions): Beginning => {
  const earliest = now - pastMs;
  if (lastAppend === undefined) return { start: earliest, from: earliest };
  const from = Math.max(lastAppend - OVERLAP_MS, earliest);
  if (earlierStart !== undefined && earlierStart <= from && from - earlierStart <= RESUMED_MS)
    return { start: earlierStart, from };
  const start = Math.max(lastAppend + 1, earliest);
  return { start, from: start };
};

/** Remembers a start in a file. A file that is not ours is as good as none. */
export const createStateFile = (file: string | undefined, seed: string) => ({
  read: (): number | undefined => {
    if (file === undefined || !existsSync(file)) return undefined;
    try {
      const state = stateSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
      return state.seed === seed ? state.start : undefined;
    } catch {
      return undefined;
    }
  },
  write: (start: number): void => {
    if (file === undefined) return;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify({ seed, start }));
    renameSync(`${file}.new`, file);
  },
});
