import type { KafkaAdmin } from '@liveboard/kafka';
import { describe, expect, it } from 'vitest';
import { findDifference } from '../src/log-agreement.ts';
import { createLogReader } from '../src/log-reader.ts';
import { log } from './fakes.ts';

const createAdmin = () => {
  const fake = { connects: 0, disconnects: 0, connecting: (): Promise<void> => Promise.resolve() };
  const admin = {
    connect: () => {
      fake.connects++;
      return fake.connecting();
    },
    disconnect: async () => void fake.disconnects++,
    clusterId: () => Promise.resolve('c'),
  } as unknown as KafkaAdmin;
  return { fake, admin };
};

describe('the reader of the log', () => {
  it('connects when it is first asked, once, and again after that failed', async () => {
    const { fake, admin } = createAdmin();
    const reader = createLogReader(admin);
    await reader.close();
    expect(fake).toMatchObject({ connects: 0, disconnects: 0 });
    fake.connecting = () => Promise.reject(new Error('away'));
    await expect(reader.clusterId()).rejects.toThrow('away');
    fake.connecting = () => Promise.resolve();
    expect(await Promise.all([reader.clusterId(), reader.clusterId()])).toEqual(['c', 'c']);
    expect(fake.connects).toBe(2);
    await reader.close();
    expect(fake.disconnects).toBe(1);
  });

  it('says in time that there is no answer, and has it when the connection stands at last', async () => {
    const { fake, admin } = createAdmin();
    let stand = (): void => undefined;
    fake.connecting = () =>
      new Promise((resolve) => {
        stand = resolve;
      });
    const reader = createLogReader(admin, 5);
    await expect(reader.clusterId()).rejects.toThrow('did not answer');
    const asked = reader.clusterId();
    stand();
    expect(await asked).toBe('c');
    expect(fake.connects).toBe(1);
  });
});

describe('whether Redis holds the state of this log', () => {
  it('is asked until it is answered', async () => {
    const answers: (() => Promise<string | undefined>)[] = [
      () => Promise.reject(new Error('Kafka is away')),
      () => Promise.reject(new Error('Redis is away')),
      () => Promise.resolve('generation is 2 in Redis, 1 here'),
    ];
    const ask = (): Promise<string | undefined> => (answers.shift() ?? (() => Promise.resolve(undefined)))();
    expect(await findDifference(ask, log, 1)).toBe('generation is 2 in Redis, 1 here');
    expect(await findDifference(ask, log, 1)).toBeUndefined();
  });
});
