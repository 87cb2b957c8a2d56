import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import type { LogReader } from '@liveboard/kafka';
import type { Replayed } from './replay.ts';

interface Line {
  readonly partition: number;
  readonly offset: number;
  readonly append: number;
  readonly value_b64: string | null;
}

/** Writes a topic to a file, a line a record, no faster than the disk takes it. Resolves to how many there are. */
export const writeDump = async (reader: LogReader, topic: string, out: string): Promise<number> => {
  const file = createWriteStream(out);
  const ended = finished(file);
  // Whoever waits below hears of a failure; until then it must not end the process.
  ended.catch(() => undefined);
  let written = 0;
  await reader.readAll(topic, async (records) => {
    for (const { partition, offset, append, value } of records) {
      const line: Line = { partition, offset, append, value_b64: value?.toString('base64') ?? null };
      written++;
      if (!file.write(`${JSON.stringify(line)}\n`)) await Promise.race([once(file, 'drain'), ended]);
    }
  });
  file.end();
  await ended;
  return written;
};

/** Reads a dump again, in its order. */
export const readDump = async (file: string, take: (records: readonly Replayed[]) => void): Promise<void> => {
  for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    if (text === '') continue;
    const { partition, offset, append, value_b64 } = JSON.parse(text) as Line;
    take([{ partition, offset, append, value: value_b64 === null ? null : Buffer.from(value_b64, 'base64') }]);
  }
};
