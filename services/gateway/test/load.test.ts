import { expect, it } from 'vitest';
import { createLoadWatch } from '../src/feed/load.ts';

it('takes one long pause for a pause, and two running for too much work', () => {
  const load = createLoadWatch(100, 0);
  const at = [100, 250, 1_350, 2_451, 2_551, 3_652, 4_753, 5_854, 5_954];
  expect(at.map((now) => load.tick(now))).toEqual([
    'fine',
    'fine',
    'fine',
    'late',
    'fine',
    'late',
    'overloaded',
    'overloaded',
    'fine',
  ]);
});
