import { MessageChannel } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { type Calls, createCalls } from '../src/calls.ts';

const channels: MessageChannel[] = [];
afterEach(() => {
  for (const { port1 } of channels.splice(0)) port1.close();
});

interface There {
  note(n: number): void;
  twice(n: number): Promise<number>;
  fail(why: string): Promise<never>;
  size(bytes: Uint8Array<ArrayBuffer>): number;
  slow(): Promise<string>;
  back(n: number): Promise<number>;
}

/** Two sides of a port: the services of one, and how the other reaches them. */
const connect = () => {
  const channel = new MessageChannel();
  channels.push(channel);
  const noted: number[] = [];
  let finish = (_: string): void => undefined;
  const slow = new Promise<string>((done) => {
    finish = done;
  });
  const there: There = {
    note: (n) => void noted.push(n),
    twice: async (n) => 2 * n,
    fail: async (why) => {
      throw new RangeError(why);
    },
    size: ({ byteLength }) => byteLength,
    slow: () => slow,
    back: (n) => here.remote.add(n, 1),
  };
  const here: Calls<{ add(a: number, b: number): number }> = createCalls(channel.port2, { ...there });
  const calls = createCalls<There>(channel.port1, { add: (a: number, b: number) => a + b });
  return { calls, noted, finish: (text: string) => finish(text) };
};

describe('calls between threads', () => {
  it('are carried out in the order in which they were made, moved ones among them', async () => {
    const { calls, noted } = connect();
    const made = [...Array(50).keys()].map((n) => (n % 3 === 0 ? calls.move('note', [n], []) : calls.remote.note(n)));
    await Promise.all(made);
    expect(noted).toEqual([...Array(50).keys()]);
  });

  it('are each answered with their own value, whichever is done first', async () => {
    const { calls, finish } = connect();
    const first = calls.remote.slow();
    expect(await Promise.all([1, 2, 3].map((n) => calls.remote.twice(n)))).toEqual([2, 4, 6]);
    finish('late');
    expect(await first).toBe('late');
  });

  it('reject with what was thrown on the other side, and that call alone does', async () => {
    const { calls } = connect();
    const [failed, twice] = await Promise.allSettled([calls.remote.fail('no such offset'), calls.remote.twice(2)]);
    expect(twice).toEqual({ status: 'fulfilled', value: 4 });
    expect(failed).toMatchObject({ status: 'rejected', reason: new RangeError('no such offset') });
  });

  it('reject once the other thread is gone, those under way and those to come', async () => {
    const { calls } = connect();
    const slow = calls.remote.slow();
    calls.close(new Error('gone'));
    await expect(slow).rejects.toThrow('gone');
    await expect(calls.remote.twice(1)).rejects.toThrow('gone');
  });

  it('reject where they cannot be sent', async () => {
    const { calls } = connect();
    await expect(calls.move('note', [(() => 1) as never], [])).rejects.toThrow('could not be cloned');
    expect(await calls.remote.twice(1)).toBe(2);
  });

  it('fail with the reason once the other thread is gone, those under way and those to come', async () => {
    const { calls } = connect();
    const gone = new Error('it ended with 1');
    const [slow] = await Promise.allSettled([calls.remote.slow(), calls.close(gone)]);
    expect(slow).toEqual({ status: 'rejected', reason: gone });
    await expect(calls.remote.twice(1)).rejects.toBe(gone);
    await expect(calls.move('note', [1], [])).rejects.toBe(gone);
  });

  it('go both ways at one port', async () => {
    const { calls } = connect();
    expect(await calls.remote.back(4)).toBe(5);
  });

  it('move the buffers that are named instead of copying them', async () => {
    const { calls } = connect();
    const bytes = new Uint8Array(9);
    expect(await calls.move('size', [bytes], [bytes.buffer])).toBe(9);
    expect(bytes.byteLength).toBe(0);
  });
});
