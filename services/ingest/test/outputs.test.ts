import type { KafkaProducer, OutMessage } from '@liveboard/kafka';
import { createLog } from '@liveboard/runtime';
import { describe, expect, it } from 'vitest';
import { createOutputs } from '../src/outputs.ts';

const message = (bytes: number): OutMessage => ({ key: 'k', value: Buffer.alloc(bytes), partition: 0 });

describe('outputs', () => {
  it('tell a checkpoint and the process of what was lost', async () => {
    const lost: string[] = [];
    const producer = { send: () => Promise.reject(new Error('no')) } as unknown as KafkaProducer;
    const outputs = createOutputs(producer, '', createLog('test', 'fatal'), (why) => lost.push(why));
    outputs.send('minutes', [message(1)]);
    await expect(outputs.settled()).rejects.toThrow('lost');
    expect(lost).toEqual(['records for live.minutes were not acknowledged']);
  });

  it('let reading wait while too much is not acknowledged', async () => {
    let acknowledge = (): void => undefined;
    const producer = {
      send: () =>
        new Promise<never[]>((done) => {
          acknowledge = () => done([]);
        }),
    } as unknown as KafkaProducer;
    const outputs = createOutputs(producer, '', createLog('test', 'fatal'), () => undefined);
    await outputs.room();
    outputs.send('minutes', [message(17 * 1_024 * 1_024)]);
    let waited = true;
    const room = outputs.room().then(() => {
      waited = false;
    });
    await Promise.resolve();
    expect(waited).toBe(true);
    acknowledge();
    await room;
  });
});
