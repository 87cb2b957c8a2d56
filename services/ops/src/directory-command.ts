import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { TOPICS } from '@liveboard/contracts';
import { readStack, type Stack } from '@liveboard/infra/stack-file';
import { createKafkaProducer, createLogReader, type KafkaOptions } from '@liveboard/kafka';
import { exportLines, importMessages, type Logged, type Message } from './directory.ts';

const USAGE = `npm run directory -- export --out FILE.ndjson   writes the directory, a line a record, in the order of its log
npm run directory -- import FILE.ndjson         writes what an export holds into a directory that has no record yet
all: [--stack FILE]   (default .data/stack.json)`;

/** Values of a send, together; a broker refuses batches above 1 MiB. */
const SEND_BYTES = 512 * 1_024;

interface Place {
  readonly kafka: KafkaOptions;
  readonly namespace: string;
  readonly topic: string;
}

const readDirectory = async ({ kafka, namespace, topic }: Place): Promise<readonly Logged[]> => {
  const records: Logged[] = [];
  await createLogReader(kafka, namespace).readAll(topic, (more) => {
    records.push(...more);
  });
  return records;
};

const writeDirectory = async ({ kafka, topic }: Place, messages: readonly Message[]): Promise<void> => {
  const producer = createKafkaProducer(kafka);
  await producer.connect();
  try {
    let batch: Message[] = [];
    let bytes = 0;
    for (const message of messages) {
      if (bytes + message.value.length > SEND_BYTES && batch.length > 0) {
        await producer.send(topic, batch);
        batch = [];
        bytes = 0;
      }
      batch.push(message);
      bytes += message.value.length;
    }
    if (batch.length > 0) await producer.send(topic, batch);
  } finally {
    await producer.disconnect();
  }
};

/** @throws Error where the directory has a record, or does not come to what the file says. */
const importFile = async (place: Place, file: string): Promise<void> => {
  const messages = importMessages(
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== ''),
  );
  const held = await readDirectory(place);
  if (held.length > 0)
    throw new Error(
      `${place.topic} has ${held.length} records already: an import needs one without any. Stop the gateways, make the topic anew and import before they start`,
    );
  await writeDirectory(place, messages);
  const { applied } = exportLines(await readDirectory(place));
  if (applied !== messages.length)
    throw new Error(
      `${applied} of ${messages.length} records took effect: somebody else wrote to ${place.topic} meanwhile`,
    );
  console.log(`import: ${messages.length} records`);
};

/** Writes the directory to a file, or a file to an empty directory. */
export const runDirectory = async (args: readonly string[], kafkaOf: (stack: Stack) => KafkaOptions): Promise<void> => {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { stack: { type: 'string', default: '.data/stack.json' }, out: { type: 'string' } },
  });
  const [name, file, ...more] = positionals;
  const isExport = name === 'export' && file === undefined && values.out !== undefined;
  const isImport = name === 'import' && file !== undefined && more.length === 0 && values.out === undefined;
  if (!isExport && !isImport) throw new Error(USAGE);
  const stack = readStack(values.stack);
  const { namespace } = stack;
  const place: Place = { kafka: kafkaOf(stack), namespace, topic: namespace + TOPICS.directory.name };
  if (isImport) return importFile(place, file);
  const { lines, applied } = exportLines(await readDirectory(place));
  writeFileSync(values.out as string, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 });
  console.log(`export: ${lines.length} records, ${applied} took effect`);
};
