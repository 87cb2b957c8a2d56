import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyMergePatch, mergePatchText } from '../src/index.ts';

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.integer({ min: 0, max: 3 }),
    fc.constantFrom('', 'a', 'ä"\n'),
    fc.boolean(),
    fc.array(tie('value'), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'totals', 'toString', '__proto__', '"'), tie('value'), { maxKeys: 4 }),
  ),
}));

describe('a merge patch', () => {
  it('turns one value into the other, and is absent between equal ones', () => {
    fc.assert(
      fc.property(value, value, (before, after) => {
        const text = mergePatchText(before, after);
        if (JSON.stringify(before) === JSON.stringify(after)) expect(text).toBeUndefined();
        const reached = text === undefined ? before : applyMergePatch(before, JSON.parse(text));
        expect(sorted(reached)).toEqual(sorted(after));
      }),
      { numRuns: 2_000 },
    );
  });

  it('says only what differs', () => {
    const before = { room: { status: 'live' }, totals: { views: 1, likes: 2 }, pinned: { product_id: 'p' } };
    const after = { room: { status: 'live' }, totals: { views: 3, likes: 2 }, now: { minute: 0 } };
    expect(JSON.parse(mergePatchText(before, after) ?? '')).toEqual({
      totals: { views: 3 },
      now: { minute: 0 },
      pinned: null,
    });
  });
});

/** The same value with its keys in order: a patch says nothing of order. */
function sorted(from: unknown): unknown {
  if (Array.isArray(from)) return from.map(sorted);
  if (typeof from !== 'object' || from === null) return from;
  const entries = Object.entries(from).map(([key, held]) => [key, sorted(held)] as const);
  return new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
