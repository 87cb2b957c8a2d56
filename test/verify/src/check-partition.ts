import { partitionOf } from '@liveboard/contracts';
import { readStack } from '@liveboard/infra/stack-file';
import { countPartition } from '@liveboard/oracle';
import { checkIngest } from './check.ts';
import { checkClickhouse } from './clickhouse/check.ts';
import { createDiffer } from './diff.ts';
import type { Tally } from './partitions.ts';
import { connectSystem } from './system.ts';
import { readWritten } from './written.ts';

/** Counts one partition again, and compares everything that stands of it in Kafka, Redis and ClickHouse. */
export const checkPartition = async (stackFile: string, partition: number, redisWasLost: boolean): Promise<Tally> => {
  const stack = readStack(stackFile);
  const { generation } = stack;
  const system = await connectSystem(stack);
  try {
    const { partitions } = system;
    const records = await system.read('events', partition);
    const written = readWritten(
      await system.read('minutes', partition),
      await system.read('quarantine', partition),
      generation,
    );
    const result = countPartition(records, { partition, partitions, generation });
    const differ = createDiffer();
    const off = await checkIngest(differ, partition, result, written, system, redisWasLost);
    const isHere = (room: string): boolean => partitionOf(room, partitions) === partition;
    const { verdicts, rooms } = result;
    await checkClickhouse(differ, system.history, { generation, partition, records, verdicts, rooms, isHere }, written);
    const { cells, differing, said, kinds } = differ;
    return {
      records: records.length,
      cells,
      differing,
      off,
      said,
      kinds: [...kinds],
      rssMb: Math.round(process.resourceUsage().maxRSS / 1_024),
    };
  } finally {
    await system.close();
  }
};
