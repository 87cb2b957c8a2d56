import { describe, expect, it } from 'vitest';
import { authorText } from '../src/author.ts';
import { createPartition } from '../src/index.ts';

const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

describe('the author of a marker', () => {
  it('is kept as it is while it is a label', () => {
    expect(authorText('host')).toBe('"host"');
    expect(authorText({ name: 'Ana', team: { id: 7 } })).toBe('{"name":"Ana","team":{"id":7}}');
    expect(authorText(null)).toBeUndefined();
  });

  it('is left out where it nests deeper or is longer than that', () => {
    expect(authorText(JSON.parse(nested(16)))).toBe(nested(16));
    expect(authorText(JSON.parse(nested(17)))).toBeUndefined();
    expect(authorText({ name: 'x'.repeat(2_000) })).toBeUndefined();
  });

  it('of any depth stops no partition: the event counts and the ledger balances', () => {
    const partition = createPartition({ partition: 0, partitions: 1, generation: 1 });
    const now = 1_700_000_000_000;
    for (const depth of [10, 4_100, 9_000])
      expect(
        partition.apply({
          offset: depth,
          append: now,
          value: Buffer.from(
            `{"v":1,"id":"m${depth}","type":"marker.added","room_id":"r","ts":${now},"label":"x","kind":"note","by":${nested(depth)}}`,
          ),
        }),
      ).toEqual({ kind: 'counted', room_id: 'r' });
    expect(partition.ledger).toMatchObject({ in: 3, counted: 3 });
    expect(partition.drain().rooms[0]?.markers.map(({ by }) => by !== undefined)).toEqual([true, false, false]);
  });
});
