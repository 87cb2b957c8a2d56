import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TOPICS } from '@liveboard/contracts';
import { createKafkaProducer } from '@liveboard/kafka';
import { createLog } from '@liveboard/runtime';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createOwnNames, type OwnNames } from '../src/index.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
let from: OwnNames;
let to: OwnNames;

/** Runs the built tool for a stack; both its outputs and its code. */
const tool = ({ file }: OwnNames, ...args: string[]): Promise<{ code: number; said: string }> =>
  new Promise((done) => {
    const all = ['services/ops/dist/main.js', 'directory', ...args, '--stack', file];
    execFile(process.execPath, all, { cwd: root }, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : Number(error.code), said: stdout + stderr }),
    );
  });

const authorization = (rev: number, state: string): object => ({
  v: 1,
  kind: 'authorization',
  id: 'p~a',
  rev,
  by: 'test',
  body: { partner_id: 'p', account_id: 'a', state, scopes: ['live'] },
});

beforeAll(async () => {
  [from, to] = await Promise.all([createOwnNames(), createOwnNames()]);
  const log = createLog('test', 'fatal');
  const producer = createKafkaProducer({ brokers: from.stack.kafka_brokers.split(','), clientId: 'test', log });
  await producer.connect();
  const values = [authorization(1, 'requested'), authorization(1, 'requested'), authorization(2, 'granted')];
  const texts = [...values.map((each) => JSON.stringify(each)), 'no JSON', JSON.stringify(authorization(3, 'revoked'))];
  for (const text of texts)
    await producer.send(from.namespace + TOPICS.directory.name, [{ key: 'k', value: Buffer.from(text), partition: 0 }]);
  await producer.disconnect();
});
afterAll(() => {
  from.remove();
  to.remove();
});

it('the directory goes through a file into another broker’s', async () => {
  const file = join(dirname(from.file), 'directory.ndjson');
  expect(await tool(from, 'export', '--out', file)).toEqual({ code: 0, said: 'export: 5 records, 3 took effect\n' });
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { ignored?: string }).ignored)).toEqual([
    undefined,
    'not_next',
    undefined,
    'malformed',
    undefined,
  ]);

  const broken = join(dirname(to.file), 'broken.ndjson');
  writeFileSync(broken, `${lines[0]}\n{}\n`);
  expect(await tool(to, 'import', broken)).toMatchObject({ code: 1, said: expect.stringContaining('line 2: ') });
  expect(await tool(to, 'import', file)).toEqual({ code: 0, said: 'import: 3 records\n' });
  const refused = await tool(to, 'import', file);
  expect(refused).toMatchObject({ code: 1, said: expect.stringContaining('has 3 records already') });

  const again = join(dirname(to.file), 'again.ndjson');
  await tool(to, 'export', '--out', again);
  const record = (line: string): unknown => (JSON.parse(line) as { record: unknown }).record;
  expect(readFileSync(again, 'utf8').trim().split('\n').map(record)).toEqual(
    [0, 2, 4].map((n) => record(lines[n] ?? '')),
  );
  for (const wrong of [['export'], ['import'], ['import', file, file], ['import', file, '--out', again], ['what']])
    expect(await tool(to, ...wrong), wrong.join(' ')).toMatchObject({
      code: 1,
      said: expect.stringContaining('npm run directory'),
    });
});
