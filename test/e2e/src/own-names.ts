import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_PARTITIONS } from '@liveboard/contracts';
import { createKafkaAdmin } from '@liveboard/kafka';
import { createLog } from '@liveboard/runtime';
import kafkajs from 'kafkajs';
import { type Stack, testStack } from './stack.ts';

const { Kafka, logLevel } = kafkajs;

/** The tests' servers under names of a test's own, with its topics made and a `stack.json` that tools can be given. */
export interface OwnNames {
  readonly namespace: string;
  readonly stack: Stack;
  readonly file: string;
  /** Makes a topic anew, with nothing in it. */
  renew(topic: string): Promise<void>;
  /** Removes the file. */
  remove(): void;
}

export const createOwnNames = async (): Promise<OwnNames> => {
  const namespace = `t${randomUUID().replace(/-/g, '').slice(0, 10)}_`;
  const stack = { ...testStack(), namespace };
  const brokers = stack.kafka_brokers.split(',');
  const admin = createKafkaAdmin({ brokers, clientId: 'liveboard-test', log: createLog('test', 'fatal') });
  await admin.connect();
  await admin.ensureTopics(namespace, DEFAULT_PARTITIONS);
  await admin.disconnect();
  const dir = mkdtempSync(join(tmpdir(), 'live-board-test-'));
  const file = join(dir, 'stack.json');
  writeFileSync(file, JSON.stringify(stack));
  const renew = async (topic: string): Promise<void> => {
    const client = new Kafka({ clientId: 'liveboard-test', brokers, logLevel: logLevel.NOTHING }).admin();
    await client.connect();
    await client.deleteTopics({ topics: [namespace + topic] });
    await client.disconnect();
    await admin.connect();
    await admin.ensureTopics(namespace, DEFAULT_PARTITIONS);
    await admin.disconnect();
  };
  return { namespace, stack, file, renew, remove: () => rmSync(dir, { recursive: true, force: true }) };
};
