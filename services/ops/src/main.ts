import { parseArgs } from 'node:util';
import { DEFAULT_PARTITIONS, GROUPS, TOPICS } from '@liveboard/contracts';
import { readStack, type Stack } from '@liveboard/infra/stack-file';
import { createKafkaAdmin, createLogReader } from '@liveboard/kafka';
import { createLog } from '@liveboard/runtime';
import { compareRows, createMinutesReader } from './audit.ts';
import { hashRows } from './canonical.ts';
import { runDirectory } from './directory-command.ts';
import { readDump, writeDump } from './dump.ts';
import { runQuarantine } from './quarantine-command.ts';
import { createReplay } from './replay.ts';

const USAGE = `dump   --out FILE.ndjson             writes the events' log, a line a record
replay [--dump FILE] [--batch N]     counts it anew and prints the hash of the final rows
forget history                       lets history read what Kafka holds from its beginning; it must be stopped
audit                                compares live.minutes with a recount of the log
       [--stack FILE]                default .data/stack.json
       [--partitions N] [--generation N]   with --dump: of the log it was taken from`;

const log = createLog('ops', 'warn');
const kafkaOf = (stack: Stack) => ({ brokers: stack.kafka_brokers.split(','), clientId: 'liveboard-ops', log });
const topicOf = (stack: Stack): string => stack.namespace + TOPICS.events.name;

const dump = async (stack: Stack, out: string): Promise<void> => {
  const written = await writeDump(createLogReader(kafkaOf(stack), stack.namespace), topicOf(stack), out);
  console.log(`dump: ${written} records`);
};

const replayStack = async (stack: Stack, batch: number): Promise<ReturnType<typeof createReplay>> => {
  const admin = createKafkaAdmin(kafkaOf(stack));
  await admin.connect();
  const partitions = (await admin.bounds(topicOf(stack))).length;
  await admin.disconnect();
  const replay = createReplay(partitions, stack.generation, batch);
  await createLogReader(kafkaOf(stack), stack.namespace).readAll(topicOf(stack), replay.take);
  return replay;
};

/** Rows that became final after `live.minutes` was read are not missing: it is read first. */
const audit = async (stack: Stack): Promise<boolean> => {
  const reader = createMinutesReader();
  const source = createLogReader(kafkaOf(stack), stack.namespace);
  await source.readAll(stack.namespace + TOPICS.minutes.name, (records) => {
    for (const { value } of records) reader.take(value);
  });
  const written = reader.final();
  const replay = await replayStack(stack, 1_000);
  const { compared, differing, missing } = compareRows(written, replay.finish());
  for (const key of differing.slice(0, 10)) console.log(`differs: ${key}`);
  console.log(`audit: ${compared} final rows compared, ${differing.length} differ, ${missing.length} not written yet`);
  return differing.length === 0;
};

/** Removes what history has committed: what it writes again replaces what is there. */
const forgetHistory = async (stack: Stack): Promise<void> => {
  const admin = createKafkaAdmin(kafkaOf(stack));
  await admin.connect();
  try {
    await admin.forgetGroup(stack.namespace + GROUPS.history);
  } catch (error) {
    const why = error instanceof Error ? error.message : error;
    throw new Error(`the group ${stack.namespace + GROUPS.history} was not removed; is history stopped? (${why})`);
  } finally {
    await admin.disconnect();
  }
  console.log('forget: history begins anew at its next start');
};

const run = async (): Promise<void> => {
  const [name, ...rest] = process.argv.slice(2);
  if (name === 'quarantine') {
    if (!(await runQuarantine(rest, kafkaOf))) process.exitCode = 1;
    return;
  }
  if (name === 'directory') {
    await runDirectory(rest, kafkaOf);
    return;
  }
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      stack: { type: 'string' },
      out: { type: 'string' },
      dump: { type: 'string' },
      batch: { type: 'string', default: '1000' },
      partitions: { type: 'string', default: String(DEFAULT_PARTITIONS) },
      generation: { type: 'string', default: '1' },
    },
  });
  const [command] = positionals;
  const stackFile = values.stack ?? '.data/stack.json';
  const batch = Number(values.batch);
  if (!Number.isInteger(batch) || batch < 1) throw new Error('--batch: must be an integer of at least 1');
  if (command === 'dump' && values.out !== undefined) {
    await dump(readStack(stackFile), values.out);
    return;
  }
  if (command === 'forget' && positionals[1] === 'history') {
    await forgetHistory(readStack(stackFile));
    return;
  }
  if (command === 'audit') {
    if (!(await audit(readStack(stackFile)))) process.exitCode = 1;
    return;
  }
  if (command !== 'replay' || (values.stack !== undefined && values.dump !== undefined)) throw new Error(USAGE);
  let replay: ReturnType<typeof createReplay>;
  if (values.dump === undefined) replay = await replayStack(readStack(stackFile), batch);
  else {
    replay = createReplay(Number(values.partitions), Number(values.generation), batch);
    await readDump(values.dump, replay.take);
  }
  const rows = replay.finish();
  console.log(`replay: ${rows.length} final rows, sha256 ${hashRows(rows)}`);
};

run().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
