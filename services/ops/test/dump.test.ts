import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogReader, ReadRecord } from '@liveboard/kafka';
import { afterAll, describe, expect, it } from 'vitest';
import { readDump, writeDump } from '../src/dump.ts';
import type { Replayed } from '../src/replay.ts';

const dir = mkdtempSync(join(tmpdir(), 'live-board-dump-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const record = (offset: number, value: Buffer | null): ReadRecord => ({
  partition: 2,
  offset,
  append: 1_764_000_000_000 + offset,
  key: null,
  value,
});

/** Gives its batches one after the other, each once the one before was taken; says which were not taken at once. */
const readerOf = (batches: readonly (readonly ReadRecord[])[]) => {
  const waited: number[] = [];
  const reader: LogReader = {
    readAll: async (_, take) => {
      for (const [i, batch] of batches.entries()) {
        let isTaken = false;
        const taken = Promise.resolve(take(batch)).then(() => {
          isTaken = true;
        });
        for (let turn = 0; turn < 10; turn++) await Promise.resolve();
        if (!isTaken) waited.push(i);
        await taken;
      }
    },
  };
  return { reader, waited };
};

describe('a dump', () => {
  it('waits for the disk, and is read again as it was', async () => {
    const batches = [[record(0, Buffer.from('{}')), record(1, null)], [record(2, Buffer.alloc(300_000, 7))]];
    const { reader, waited } = readerOf(batches);
    const file = join(dir, 'log.ndjson');
    expect(await writeDump(reader, 'live.events', file)).toBe(3);
    expect(waited).toEqual([1]);
    const read: Replayed[] = [];
    await readDump(file, (records) => read.push(...records));
    expect(read).toEqual(
      batches.flat().map(({ partition, offset, append, value }) => ({ partition, offset, append, value })),
    );
  });

  it('fails where the file cannot be written', async () => {
    const { reader } = readerOf([[record(0, Buffer.alloc(300_000))]]);
    await expect(writeDump(reader, 'live.events', join(dir, 'absent', 'log.ndjson'))).rejects.toThrow('ENOENT');
  });
});
