import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cutChunks } from '../src/checkpoint.ts';

it('cuts pieces into full chunks and a last one, losing no byte', () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 12 }), { maxLength: 8 });
  fc.assert(
    fc.property(pieces, fc.integer({ min: 1, max: 10 }), (list, size) => {
      const chunks = [...cutChunks(list, size)];
      expect(Buffer.concat(chunks)).toEqual(Buffer.concat(list));
      expect(chunks.length).toBe(Math.max(1, Math.ceil(Buffer.concat(list).length / size)));
      for (const chunk of chunks.slice(0, -1)) expect(chunk.length).toBe(size);
    }),
  );
});
