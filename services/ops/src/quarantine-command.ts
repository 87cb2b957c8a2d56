import { parseArgs } from 'node:util';
import { QUARANTINE_REASONS, type QuarantineRecord, TOPICS } from '@liveboard/contracts';
import { readStack, type Stack } from '@liveboard/infra/stack-file';
import { createKafkaAdmin, createKafkaProducer, createLogReader, type KafkaOptions } from '@liveboard/kafka';
import { createQuarantineReader, detailsOf, type Filter, fits, idOf, judge, tableOf } from './quarantine.ts';

const USAGE = `npm run quarantine -- list   [--reason R] [--partition N] [--since ISO] [--limit N]
npm run quarantine -- show   GENERATION:PARTITION:OFFSET
npm run quarantine -- replay GENERATION:PARTITION:OFFSET... | [--reason R] [--partition N] [--since ISO]  [--dry-run] [--force]
all: [--stack FILE]   (default .data/stack.json)
replay writes the bytes again as they are. Those that the rules still refuse are named and left; --force sends them too.`;

const ID = /^\d+:\d+:\d+$/;
const DEFAULT_LIMIT = 50;
/** Values of a send, together; a broker refuses batches above 1 MiB. */
const SEND_BYTES = 512 * 1_024;

interface Command extends Filter {
  readonly name: 'list' | 'show' | 'replay';
  readonly stack: string;
  readonly ids: readonly string[];
  readonly limit: number;
  readonly dryRun: boolean;
  readonly force: boolean;
}

const whole = (name: string, text: string, min: number): number => {
  if (!/^\d+$/.test(text) || Number(text) < min)
    throw new Error(`--${name}: must be a whole number of at least ${min}, not "${text}"`);
  return Number(text);
};

/** ISO 8601 with a zone, so that nobody has to guess whose midnight is meant; a date alone is UTC. */
const instant = (name: string, text: string): number => {
  const at = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (Number.isNaN(at)) throw new Error(`--${name}: must be like 2026-11-25 or 2026-11-25T08:00Z, not "${text}"`);
  return at;
};

const optional = <T>(text: string | undefined, read: (text: string) => T): T | undefined =>
  text === undefined ? undefined : read(text);

/** @throws Error that names the argument and its rule, or how to use the command. */
export const readCommand = (args: readonly string[]): Command => {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      stack: { ...text, default: '.data/stack.json' },
      reason: text,
      partition: text,
      since: text,
      limit: text,
      'dry-run': flag,
      force: flag,
    },
  });
  const [name, ...ids] = positionals;
  if (name !== 'list' && name !== 'show' && name !== 'replay') throw new Error(USAGE);
  for (const id of ids)
    if (!ID.test(id)) throw new Error(`"${id}": must be GENERATION:PARTITION:OFFSET, like 1:3:4711`);
  const { reason } = values;
  if (reason !== undefined && !QUARANTINE_REASONS.some((each) => each === reason))
    throw new Error(`--reason: must be one of ${QUARANTINE_REASONS.join(' ')}, not "${reason}"`);
  const filtered = [reason, values.partition, values.since].some((each) => each !== undefined);
  if (name === 'list' && ids.length > 0) throw new Error('list: takes no ids; show takes one');
  if (name === 'show' && (ids.length !== 1 || filtered)) throw new Error('show: takes one id and nothing else');
  if (name === 'replay' && ids.length > 0 === filtered)
    throw new Error('replay: takes ids, or at least one of --reason, --partition, --since; not both');
  if (name !== 'list' && values.limit !== undefined) throw new Error(`--limit: is no option of ${name}`);
  if (name !== 'replay' && (values['dry-run'] || values.force))
    throw new Error(`--dry-run, --force: are no options of ${name}`);
  return {
    name,
    stack: values.stack,
    ids,
    reason,
    partition: optional(values.partition, (value) => whole('partition', value, 0)),
    since: optional(values.since, (value) => instant('since', value)),
    limit: optional(values.limit, (value) => whole('limit', value, 1)) ?? DEFAULT_LIMIT,
    dryRun: values['dry-run'],
    force: values.force,
  };
};

const readAll = async (kafka: KafkaOptions, { namespace }: Stack): Promise<QuarantineRecord[]> => {
  const reader = createQuarantineReader();
  await createLogReader(kafka, namespace).readAll(namespace + TOPICS.quarantine.name, (records) => {
    for (const { value } of records) reader.take(value);
  });
  return reader.all();
};

/** Those records of `all` that the ids name. @throws Error naming ids that are not there. */
const named = (all: readonly QuarantineRecord[], ids: readonly string[]): QuarantineRecord[] => {
  const known = new Map(all.map((record) => [idOf(record), record]));
  const absent = ids.filter((id) => !known.has(id));
  if (absent.length > 0) throw new Error(`not in quarantine: ${absent.join(' ')}`);
  return [...new Set(ids)].flatMap((id) => known.get(id) ?? []);
};

type Send = Extract<ReturnType<typeof judge>, { kind: 'send' }>;

const sendAll = async (kafka: KafkaOptions, topic: string, sends: readonly Send[]): Promise<void> => {
  const producer = createKafkaProducer(kafka);
  await producer.connect();
  try {
    let batch: Send[] = [];
    let bytes = 0;
    const flush = async (): Promise<void> => {
      const messages = batch.map(({ id, key, value, partition }) => ({
        key,
        value,
        partition,
        headers: { replayed: id },
      }));
      if (messages.length > 0) await producer.send(topic, messages);
      batch = [];
      bytes = 0;
    };
    for (const each of sends) {
      if (bytes + each.value.length > SEND_BYTES) await flush();
      batch.push(each);
      bytes += each.value.length;
    }
    await flush();
  } finally {
    await producer.disconnect();
  }
};

const replay = async (
  kafka: KafkaOptions,
  { namespace }: Stack,
  records: readonly QuarantineRecord[],
  { dryRun, force }: Command,
): Promise<boolean> => {
  const topic = namespace + TOPICS.events.name;
  const admin = createKafkaAdmin(kafka);
  await admin.connect();
  const partitions = (await admin.bounds(topic)).length;
  await admin.disconnect();
  const judged = records.map((record) => judge(record, { now: Date.now(), partitions, force }));
  const sends = judged.filter((each) => each.kind === 'send');
  for (const each of judged) {
    if (each.kind !== 'send') console.log(`${each.id} not sent: ${each.why}`);
    else if (each.forced) console.log(`${each.id} will be refused again`);
    else if (each.late) console.log(`${each.id} is of a final minute: it will be counted as late`);
  }
  if (!dryRun) await sendAll(kafka, topic, sends);
  const left = judged.length - sends.length;
  console.log(`replay: ${sends.length} records ${dryRun ? 'would be sent' : 'sent'}, ${left} not`);
  return left === 0;
};

/** Looks into what was refused, and sends it again. False where something asked for was not sent. */
export const runQuarantine = async (
  args: readonly string[],
  kafkaOf: (stack: Stack) => KafkaOptions,
): Promise<boolean> => {
  const command = readCommand(args);
  const stack = readStack(command.stack);
  const kafka = kafkaOf(stack);
  const all = await readAll(kafka, stack);
  const chosen = command.ids.length > 0 ? named(all, command.ids) : all.filter((record) => fits(command, record));
  if (command.name === 'replay') return replay(kafka, stack, chosen, command);
  if (command.name === 'show') {
    for (const record of chosen) console.log(detailsOf(record));
    return true;
  }
  const shown = chosen.slice(-command.limit);
  if (shown.length > 0) console.log(tableOf(shown));
  console.log(`list: ${shown.length} of ${chosen.length} records, the newest last`);
  return true;
};
