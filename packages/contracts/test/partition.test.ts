import { describe, expect, it } from 'vitest';
import { murmur2 } from '../src/partition.ts';

describe('murmur2', () => {
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['abc', 479470107],
  ])('hashes %s as the Java client does', (text, hash) => {
    expect(murmur2(new TextEncoder().encode(text)) | 0).toBe(hash);
  });
});
