import type { KafkaProducer, OutMessage } from '@liveboard/kafka';
import { describe, expect, it } from 'vitest';
import { createAllowance } from '../src/intake/allowance.ts';
import type { IntakeEvent } from '../src/intake/judge.ts';
import { createEventWriter } from '../src/intake/writer.ts';
import { log } from './fakes.ts';

const event = (index: number, size = 10): IntakeEvent => ({
  index,
  room_id: `r${index % 3}`,
  value: Buffer.alloc(size, String(index % 10)),
});
const many = (count: number, size?: number): IntakeEvent[] => Array.from({ length: count }, (_, n) => event(n, size));

const create = (options: { answerMs?: number; backlogBytes?: number } = {}) => {
  const fake = {
    sent: [] as (readonly OutMessage[])[],
    connects: 0,
    disconnects: 0,
    connecting: (): Promise<void> => Promise.resolve(),
    sending: (): Promise<void> => Promise.resolve(),
    append: 5_000,
  };
  const producer: KafkaProducer = {
    connect: () => {
      fake.connects++;
      return fake.connecting();
    },
    disconnect: async () => void fake.disconnects++,
    send: async (topic, messages) => {
      expect(topic).toBe('t');
      fake.sent.push(messages);
      await fake.sending();
      return [{ partition: 0, baseOffset: 0, logAppendTime: fake.append }];
    },
  };
  return { fake, writer: createEventWriter({ producer, topic: 't', log, now: () => 5_100, ...options }) };
};
const never = (): Promise<void> => new Promise(() => undefined);

describe('the writer of accepted events', () => {
  it('connects when the first batch comes, writes it in order, and learns the broker’s time', async () => {
    const { fake, writer } = create();
    await writer.close();
    expect([fake.connects, fake.disconnects]).toEqual([0, 0]);
    expect(writer.brokerNow()).toBe(5_100);
    const events = many(7);
    expect(await writer.write(events)).toBe('acknowledged');
    expect(fake.sent.flat()).toEqual(events.map(({ room_id, value }) => ({ key: room_id, value: Buffer.from(value) })));
    expect(writer.brokerNow()).toBe(5_000);
    expect(await writer.write(events)).toBe('acknowledged');
    expect(fake.connects).toBe(1);
    await writer.close();
    expect(fake.disconnects).toBe(1);
  });

  it('sends no more at once than a partition takes, and a part only once the one before is acknowledged', async () => {
    const { fake, writer } = create();
    const events = many(80, 65_536);
    let open = 0;
    fake.sending = async () => {
      expect(++open).toBe(1);
      await Promise.resolve();
      open--;
    };
    expect(await writer.write(events)).toBe('acknowledged');
    expect(fake.sent.length).toBeGreaterThan(5);
    for (const messages of fake.sent)
      expect(messages.reduce((sum, { value }) => sum + (value?.length ?? 0), 0)).toBeLessThan(800_000);
    expect(fake.sent.flat()).toHaveLength(80);
  });

  it('says in time that Kafka is away, whether it does not connect, does not answer or refuses', async () => {
    const { fake, writer } = create({ answerMs: 20 });
    fake.connecting = never;
    expect(await writer.write(many(1))).toBe('away');
    expect(fake.sent).toEqual([]);
    const second = create({ answerMs: 20 });
    second.fake.sending = never;
    expect(await second.writer.write(many(1))).toBe('away');
    second.fake.sending = () => Promise.reject(new Error('no leader'));
    expect(await second.writer.write(many(1))).toBe('away');
    second.fake.sending = () => Promise.resolve();
    expect(await second.writer.write(many(1))).toBe('acknowledged');
  });

  it('connects again after that failed, and leaves unsent what nobody waits for any more', async () => {
    const { fake, writer } = create({ answerMs: 20 });
    let stand = (): void => undefined;
    fake.connecting = () =>
      new Promise((resolve) => {
        stand = resolve;
      });
    expect(await writer.write(many(3))).toBe('away');
    const later = writer.write(many(2));
    stand();
    expect(await later).toBe('acknowledged');
    expect(fake.sent.flat()).toHaveLength(2);
    const other = create();
    other.fake.connecting = () => Promise.reject(new Error('away'));
    expect(await other.writer.write(many(1))).toBe('away');
    other.fake.connecting = () => Promise.resolve();
    expect(await other.writer.write(many(1))).toBe('acknowledged');
    expect(other.fake.connects).toBe(2);
  });

  it('holds no more than so much that waits, and takes more once that is settled', async () => {
    const { fake, writer } = create({ answerMs: 20, backlogBytes: 2_000 });
    const fails: ((error: Error) => void)[] = [];
    fake.sending = () => new Promise((_, fail) => fails.push(fail));
    expect(await writer.write(many(1, 1_500))).toBe('away');
    // The client below still tries it.
    expect(await writer.write(many(1, 1_500))).toBe('away');
    expect(fake.sent).toHaveLength(1);
    fails[0]?.(new Error('gave up'));
    fake.sending = () => Promise.resolve();
    await new Promise(setImmediate);
    expect(await writer.write(many(1, 1_500))).toBe('acknowledged');
  });
});

describe('what a principal may use', () => {
  it('fills with time up to its burst, each for itself, and says how long to wait', () => {
    let now = 0;
    const allowance = createAllowance(10, 30, () => now);
    expect(allowance.take('a', 30)).toBe(0);
    expect(allowance.take('a', 5)).toBe(500);
    expect(allowance.take('b', 30)).toBe(0);
    now += 500;
    expect(allowance.take('a', 5)).toBe(0);
    now -= 10_000;
    expect(allowance.take('a', 1)).toBe(100);
    now += 1e9;
    expect(allowance.take('a', 30)).toBe(0);
    expect(allowance.take('a', 1)).toBe(100);
  });
});
