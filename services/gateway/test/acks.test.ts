import { describe, expect, it } from 'vitest';
import { createAcks } from '../src/feed/acks.ts';

describe('acknowledgements', () => {
  it('show a client that is more than two seconds behind, and one that has caught up', () => {
    const acks = createAcks();
    for (let at = 0; at <= 5_000; at += 500) acks.sent('a', { epoch: 1, offset: at }, at);
    // An acknowledgement every five seconds is in time.
    expect(acks.isBehind(5_000)).toBe(false);
    expect(acks.take({ a: 5_000 }, 5_050)).toBeUndefined();
    expect(acks.isBehind(5_050)).toBe(false);
    for (let at = 5_500; at <= 10_000; at += 500) acks.sent('a', { epoch: 1, offset: at }, at);
    // It has only come to what was sent 4.5 s ago.
    acks.take({ a: 5_500 }, 10_000);
    expect(acks.isBehind(10_000)).toBe(true);
    acks.take({ a: 10_000 }, 11_000);
    expect(acks.isBehind(11_000)).toBe(false);
    // It says nothing more.
    acks.sent('a', { epoch: 1, offset: 11_500 }, 11_500);
    expect(acks.isBehind(18_500)).toBe(false);
    expect(acks.isBehind(18_501)).toBe(true);
    acks.forget('a');
    expect(acks.isBehind(18_501)).toBe(false);
  });

  it('of one room do not stand for another, nor for what was never sent', () => {
    const acks = createAcks();
    acks.sent('a', { epoch: 1, offset: 7 }, 0);
    acks.sent('b', { epoch: 1, offset: 7 }, 0);
    expect(acks.take({ a: 8 }, 100)).toBe('a');
    acks.take({ a: 7, elsewhere: 99 }, 3_000);
    expect(acks.isBehind(3_000)).toBe(true);
    acks.take({ b: 7 }, 3_100);
    expect(acks.isBehind(3_100)).toBe(false);
  });

  it('of a new generation need not cover what an older one sent, and leave other rooms as they are', () => {
    const acks = createAcks();
    acks.sent('a', { epoch: 1, offset: 1_000 }, 0);
    acks.sent('b', { epoch: 1, offset: 7 }, 0);
    acks.sent('a', { epoch: 2, offset: 3 }, 500);
    acks.take({ a: 3 }, 600);
    expect(acks.isBehind(60_000)).toBe(true);
    acks.take({ b: 7 }, 700);
    expect(acks.isBehind(60_000)).toBe(false);
  });

  it('of an older generation that were on their way are no breach', () => {
    const acks = createAcks();
    acks.sent('a', { epoch: 1, offset: 1_000 }, 0);
    acks.sent('a', { epoch: 2, offset: 3 }, 500);
    expect(acks.take({ a: 1_000 }, 600)).toBeUndefined();
    expect(acks.take({ a: 1_001 }, 700)).toBe('a');
  });
});
