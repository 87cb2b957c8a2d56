import { expect, it } from 'vitest';
import { FETCH_BYTES, type OutMessage, piecesOf } from '../src/index.ts';

const message = (bytes: number): OutMessage => ({ key: 'k', value: Buffer.alloc(bytes), partition: 0 });

it('cuts messages so that no batch is larger than a fetch, and keeps their order', () => {
  const messages = [...Array(40).keys()].map((n) => message(60_000 + n));
  const pieces = piecesOf(messages);
  expect(pieces.flatMap((piece) => piece.messages)).toEqual(messages);
  expect(pieces.length).toBeLessThan(messages.length);
  for (const piece of pieces) {
    const bytes = piece.messages.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
    expect(bytes).toBeLessThan(FETCH_BYTES);
    expect(piece.bytes).toBeGreaterThan(bytes);
  }
  expect(piecesOf([message(2_000_000)])).toHaveLength(1);
  expect(piecesOf([])).toEqual([]);
});
