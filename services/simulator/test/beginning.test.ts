import { expect, test } from 'vitest';
import { chooseBeginning } from '../src/beginning.ts';

const MINUTE = 60_000;
const now = 1_700_000_000_000;
const pastMs = 56 * MINUTE;

test('an empty log gets the whole past', () => {
  expect(chooseBeginning({ now, pastMs, lastAppend: undefined, earlierStart: undefined })).toEqual({
    start: now - pastMs,
    from: now - pastMs,
  });
});

test('young rooms go on where the log ends, older ones start anew after it', () => {
  const lastAppend = now - 3 * MINUTE;
  const young = now - 60 * MINUTE;
  expect(chooseBeginning({ now, pastMs, lastAppend, earlierStart: young })).toEqual({
    start: young,
    from: lastAppend - 5_000,
  });
  for (const earlierStart of [undefined, now - 200 * MINUTE])
    expect(chooseBeginning({ now, pastMs, lastAppend, earlierStart })).toEqual({
      start: lastAppend + 1,
      from: lastAppend + 1,
    });
});
