import { randomUUID } from 'node:crypto';
import { DEFAULT_PARTITIONS } from '@liveboard/contracts';
import { endWorkers, spawnIngest, testStack } from '@liveboard/e2e';
import { createKafkaAdmin } from '@liveboard/kafka';
import { createLog } from '@liveboard/runtime';
import { afterAll, expect, it } from 'vitest';
import { checkAll } from '../src/check.ts';
import { createDiffer } from '../src/diff.ts';
import type { Fault } from '../src/faults.ts';
import { sendLoad } from '../src/load.ts';
import { recount } from '../src/recount.ts';
import { connectSystem } from '../src/system.ts';
import { until } from '../src/wait.ts';
import { readWritten } from '../src/written.ts';

afterAll(endWorkers);

const SCHEDULE: readonly Fault[] = ['kill-ingest', 'redis-flush', 'kill-ingest'];

/** The short form of `npm run verify`, with a worker and names of its own on the tests' servers. */
it('writes what a recount of the log finds, cell by cell, through crashes and a lost Redis', async () => {
  const namespace = `t${randomUUID().replace(/-/g, '').slice(0, 10)}_`;
  const stack = { ...testStack(), namespace };
  const admin = createKafkaAdmin({
    brokers: stack.kafka_brokers.split(','),
    clientId: 'liveboard-test',
    log: createLog('test', 'fatal'),
  });
  await admin.connect();
  await admin.ensureTopics(namespace, DEFAULT_PARTITIONS);
  await admin.disconnect();
  const system = await connectSystem(stack);
  let worker = spawnIngest(stack, { namespace });
  const inject = async (fault: Fault): Promise<void> => {
    if (fault === 'redis-flush') return system.forget();
    worker.kill('SIGKILL');
    await worker.exit;
    worker = spawnIngest(stack, { namespace });
  };
  try {
    await sendLoad(
      system,
      { inject, end: async () => undefined },
      { seed: 'short', rooms: 16, minutes: 14, eventsPerRoomMinute: 40, schedule: SCHEDULE, say: () => undefined },
    );
    await until('everything read and checkpointed', system.isSettled, 60_000);
    const events = await system.read('events');
    const written = readWritten(await system.read('minutes'), await system.read('quarantine'));
    const differ = createDiffer();
    const off = await checkAll(
      differ,
      recount(events, { partitions: system.partitions, generation: stack.generation }),
      written,
      system,
      true,
    );
    expect(differ.said).toEqual([]);
    expect([differ.differing, off]).toEqual([0, 0]);
    expect(differ.cells).toBeGreaterThan(50_000);
  } finally {
    await system.close();
  }
}, 180_000);
