import { describe, expect, it } from 'vitest';
import { createFormer } from '../src/intake/former.ts';
import { log } from './fakes.ts';

describe('whose rooms of old were', () => {
  it('is what history says, and nothing where there is none, or none that answers in time', async () => {
    const known = new Map([['r', 'a']]);
    expect(await createFormer({ accounts: async () => known }, log)(['r'])).toBe(known);
    expect(await createFormer(undefined, log)(['r'])).toEqual(new Map());
    expect(await createFormer({ accounts: () => Promise.reject(new Error('away')) }, log)(['r'])).toEqual(new Map());
    expect(await createFormer({ accounts: () => new Promise(() => undefined) }, log, 5)(['r'])).toEqual(new Map());
  });
});
