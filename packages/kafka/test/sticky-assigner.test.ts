import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignSticky } from '../src/sticky-assigner.ts';

const eight = [0, 1, 2, 3, 4, 5, 6, 7];

describe('the sticky assigner', () => {
  it('gives one member everything', () => {
    expect(assignSticky([{ id: 'a', owned: [] }], eight).get('a')).toEqual(eight);
  });

  it('takes from a member only what a newcomer is due', () => {
    const shared = assignSticky(
      [
        { id: 'b', owned: [] },
        { id: 'a', owned: eight },
      ],
      eight,
    );
    expect(shared.get('a')).toEqual([0, 1, 2, 3]);
    expect(shared.get('b')).toEqual([4, 5, 6, 7]);
  });

  it('gives every partition to exactly one member, evenly, and moves none without need', () => {
    const members = fc.uniqueArray(
      fc.record({ id: fc.string({ minLength: 1, maxLength: 4 }), owned: fc.subarray(eight) }),
      { selector: ({ id }) => id, minLength: 1, maxLength: 10 },
    );
    fc.assert(
      fc.property(members, (list) => {
        const shared = assignSticky(list, eight);
        expect([...shared.values()].flat().sort()).toEqual(eight);
        const counts = [...shared.values()].map(({ length }) => length);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        // Once shared out, the same members keep what they have.
        const again = assignSticky(
          list.map(({ id }) => ({ id, owned: shared.get(id) as number[] })),
          eight,
        );
        for (const { id } of list) expect(new Set(again.get(id))).toEqual(new Set(shared.get(id)));
      }),
    );
  });
});
