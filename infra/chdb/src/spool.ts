import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { engineError } from './engine.ts';

const CHUNK_BYTES = 256 * 1024;
/** How often a growing result is looked at. */
const LOOK_MS = 20;

/** Files between a request and the engine, so that neither rows nor results need memory. */
export interface Spool {
  /** A name for a file that does not exist yet. */
  name(): string;
  /** Writes a body to a new file; nothing is left of one that ends early. @throws EngineError where it is larger than `maxBytes` */
  take(body: Readable, maxBytes: number): Promise<string>;
  drop(file: string): Promise<void>;
}

/** Lets through at most so many bytes. */
export const atMost = (maxBytes: number): Transform => {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      if (bytes > maxBytes) done(engineError(229, `The body is larger than ${maxBytes} bytes. (QUERY_IS_TOO_LARGE)`));
      else done(null, chunk);
    },
  });
};

export const createSpool = (dir: string): Spool => {
  const name = (): string => join(dir, randomUUID());
  const drop = (file: string): Promise<void> => rm(file, { force: true });
  return {
    name,
    drop,
    take: async (body, maxBytes) => {
      const file = name();
      try {
        await pipeline(body, atMost(maxBytes), createWriteStream(file, { flags: 'wx' }));
      } catch (error) {
        await drop(file);
        throw error;
      }
      return file;
    },
  };
};

/** How a promise stands; never fails. */
const watch = (done: Promise<unknown>): { isOver: () => boolean; over: Promise<void> } => {
  let settled = false;
  const settle = (): void => {
    settled = true;
  };
  return { isOver: () => settled, over: done.then(settle, settle) };
};

const nextLook = (over: Promise<void>): Promise<unknown> =>
  Promise.race([over, new Promise((next) => setTimeout(next, LOOK_MS))]);

const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  );

/** Waits until the file holds something or `done` has settled; whether it was the latter. */
export const isOverFirst = async (file: string, done: Promise<unknown>): Promise<boolean> => {
  const { isOver, over } = watch(done);
  while (!isOver()) {
    if ((await sizeOf(file)) > 0) return isOver();
    await nextLook(over);
  }
  return true;
};

async function* growing(file: string, done: Promise<unknown>): AsyncGenerator<Buffer> {
  const { isOver, over } = watch(done);
  let handle: FileHandle | undefined;
  try {
    for (let at = 0; ; ) {
      // Asked before reading: what was written before the end is then read after it.
      const isLast = isOver();
      handle ??= await open(file).catch(() => undefined);
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const bytes = (await handle?.read(chunk, 0, CHUNK_BYTES, at))?.bytesRead ?? 0;
      at += bytes;
      if (bytes > 0) yield chunk.subarray(0, bytes);
      else if (isLast) break;
      else await nextLook(over);
    }
    await done;
  } finally {
    await handle?.close();
  }
}

/** What a file holds while the engine writes it, up to the end of `done`. Fails as `done` fails, after what was written until then. */
export const follow = (file: string, done: Promise<unknown>): Readable =>
  Readable.from(growing(file, done), { objectMode: false });
