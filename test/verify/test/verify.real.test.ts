import { createOwnNames, endWorkers, spawnHistory, spawnIngest } from '@liveboard/e2e';
import { afterAll, expect, it } from 'vitest';
import type { Fault } from '../src/faults.ts';
import { sendLoad } from '../src/load.ts';
import { checkPartitions } from '../src/partitions.ts';
import { connectSystem } from '../src/system.ts';
import { until } from '../src/wait.ts';

afterAll(endWorkers);

const SCHEDULE: readonly Fault[] = ['kill-ingest', 'redis-flush', 'kill-history', 'kill-ingest'];

/** The short form of `npm run verify`, with a worker and names of its own on the tests' servers. */
it('writes what a recount of the log finds, cell by cell, in Kafka, Redis and ClickHouse, through crashes and a lost Redis', async () => {
  const { namespace, stack, file, remove } = await createOwnNames();
  const system = await connectSystem(stack);
  let [ingest, history] = [spawnIngest(stack, { namespace }), spawnHistory(stack, { namespace })];
  const inject = async (fault: Fault): Promise<void> => {
    if (fault === 'redis-flush') return system.forget();
    const killed = fault === 'kill-history' ? history : ingest;
    killed.kill('SIGKILL');
    await killed.exit;
    if (killed === history) history = spawnHistory(stack, { namespace });
    else ingest = spawnIngest(stack, { namespace });
  };
  try {
    await sendLoad(
      system,
      { inject, end: async () => undefined },
      { seed: 'short', rooms: 16, minutes: 14, eventsPerRoomMinute: 40, schedule: SCHEDULE, say: () => undefined },
    );
    await until('everything read and checkpointed', system.isSettled, 60_000);
    const { cells, differing, off, said } = await checkPartitions(file, system.partitions, true);
    expect(said).toEqual([]);
    expect([differing, off]).toEqual([0, 0]);
    expect(cells).toBeGreaterThan(150_000);

    // What that is worth: one view more than the events say is found by the recount of the log and by the one in SQL.
    await system.history.command(
      'INSERT INTO minutes SELECT * REPLACE (views + 1 AS views) FROM minutes FINAL WHERE views > 0 ORDER BY room_id, minute LIMIT 1 BY room_id',
    );
    const wrong = await checkPartitions(file, system.partitions, true);
    expect(wrong.kinds.map(([kind]) => kind).sort()).toEqual(['ch.minutes.views', 'sql.views']);
  } finally {
    await system.close();
    remove();
  }
}, 180_000);
