import { describe, expect, it } from 'vitest';
import { createOwners } from '../src/owners.ts';

describe('the owners of partitions', () => {
  it('let a late one go without its heir', async () => {
    const owners = createOwners<string>();
    const late = owners.add({ partition: 3, runner: 'late', end: 10 });
    let ended = (): void => undefined;
    const release = owners.release(
      late,
      () =>
        new Promise((done) => {
          ended = done;
        }),
    );
    expect(owners.owned()).toEqual([]);
    const heir = owners.add({ partition: 3, runner: 'heir', end: 20 });
    expect(heir).not.toBe(late);
    expect([owners.get(late), owners.get(heir)]).toEqual(['late', 'heir']);
    ended();
    await release;
    expect(owners.owned()).toMatchObject([{ partition: 3, runner: 'heir', end: 20 }]);
    expect(owners.get(heir)).toBe('heir');
    expect(() => owners.get(late)).toThrow(`owner ${late} was released`);
  });

  it('let one go whose partition has an heir already', async () => {
    const owners = createOwners<string>();
    const late = owners.add({ partition: 3, runner: 'late', end: 10 });
    owners.add({ partition: 3, runner: 'heir', end: 20 });
    const other = owners.add({ partition: 4, runner: 'other', end: 5 });
    const ended: string[] = [];
    await owners.release(late, async (runner) => void ended.push(runner));
    await owners.release(late, async (runner) => void ended.push(runner));
    expect(ended).toEqual(['late']);
    expect(owners.owned().map(({ runner }) => runner)).toEqual(['heir', 'other']);
    expect(owners.get(other)).toBe('other');
  });
});
