import { describe, expect, it } from 'vitest';
import { createDiffer } from '../src/diff.ts';

describe('the differ', () => {
  it('counts every leaf of either side', () => {
    const differ = createDiffer();
    differ.compare('row', { a: 1, b: [1, { c: 2 }] }, { a: 1, b: [1, { c: 3 }], d: 4 });
    expect([differ.cells, differ.differing]).toEqual([4, 2]);
    expect(differ.said).toEqual(['row.b.1.c: expected 2, got 3', 'row.d: expected undefined, got 4']);
  });

  it('sees absence, emptiness and kinds', () => {
    const differ = createDiffer();
    differ.compare('a', [], undefined);
    differ.compare('b', [], {});
    differ.compare('c', { x: 0 }, {});
    differ.compare('d', 0, -0);
    expect(differ.differing).toBe(3);
  });

  it('gives doubles a hair, integers none', () => {
    const differ = createDiffer();
    differ.compare('compare', { z: 1 / 3, pulse: 0.1 }, { z: 1 / 3 + 1e-12, pulse: 0.1 });
    differ.compare('counts', { gmv: 9_000_000_000_000 }, { gmv: 9_000_000_000_001 });
    expect(differ.differing).toBe(1);
  });

  it('counts by kind, whichever room and minute it was', () => {
    const differ = createDiffer();
    differ.compare(
      'ch.minutes room-a 60000',
      { views: 1, sources: [{ views: 1 }] },
      { views: 2, sources: [{ views: 2 }] },
    );
    differ.compare('ch.minutes room-b 0', { views: 1 }, { views: 2 });
    expect([...differ.kinds]).toEqual([
      ['ch.minutes.views', 2],
      ['ch.minutes.sources.views', 1],
    ]);
  });
});
