import type { Flush, PartitionWriter } from '@liveboard/live-store';
import { createLog } from '@liveboard/runtime';
import { createPartition } from '@liveboard/windows';
import { expect, it } from 'vitest';
import { createPublication } from '../src/publication.ts';

const T = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;

it('takes no card out while it writes all rooms again: one that was dropped meanwhile may be back', async () => {
  const partition = createPartition({ partition: 0, partitions: 1, generation: 1 });
  const flushes: Flush[] = [];
  let isAway = true;
  const writer: PartitionWriter = {
    look: async () => undefined,
    claim: async () => {
      if (isAway) throw new Error('away');
      return { kind: 'claimed', fence: 1, applied: undefined };
    },
    flush: async (_, flush) => {
      flushes.push(flush);
      return { kind: 'ok' };
    },
  };
  const publication = createPublication({
    n: 0,
    generation: 1,
    partition,
    writer,
    confirm: async () => true,
    logEnd: async () => 100,
    onRefused: () => undefined,
    log: createLog('test', 'silent'),
  });
  let offset = 0;
  const apply = (event: Record<string, unknown>): void => {
    const value = Buffer.from(JSON.stringify({ v: 1, ...event }));
    partition.apply({ offset: offset++, append: T + 9 * DAY, value });
  };
  const share = (ts: number): void => apply({ id: `e${ts}`, type: 'share.sent', room_id: 'r', ts, user_id: 'u' });
  share(T);
  await publication.flush();
  apply({ type: 'clock.tick', ts: T + 2 * DAY });
  await publication.flush();
  share(T + 2 * DAY);
  isAway = false;
  await publication.flush();
  expect(flushes.map(({ part, forgotten, rooms }) => [part, forgotten, rooms.map((room) => room.room_id)])).toEqual([
    ['only', [], ['r']],
  ]);
});
