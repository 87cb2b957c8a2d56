import { describe, expect, it } from 'vitest';
import { createFeedCounters } from '../src/feed/counters.ts';
import { createOutbox } from '../src/feed/outbox.ts';
import { createFakeWire } from './fakes.ts';

const FINE = { behind: false, mute: false };

const create = () => {
  const wire = createFakeWire();
  const sent: [string, number][] = [];
  let stands = 0;
  const counters = createFeedCounters();
  const outbox = createOutbox({
    wire,
    catchUp: (roomId) => ({ text: `{"type":"whole","room_id":"${roomId}"}`, offset: stands }),
    onSent: (roomId, offset) => sent.push([roomId, offset]),
    start: 0,
    counters,
  });
  const update = (roomId: string, offset: number): void => {
    stands = offset;
    outbox.update(roomId, { text: `{"type":"update","room_id":"${roomId}","offset":${offset}}`, offset });
  };
  const types = (): string[] => wire.take().map(({ type }) => type);
  return { wire, outbox, update, sent, types, counters };
};

describe('what a client is told', () => {
  it('goes out as one frame a tick, answers first, every room in it', () => {
    const { wire, outbox, update, sent } = create();
    update('a', 1);
    update('b', 1);
    update('a', 2);
    outbox.push({ type: 'ok', ref: 'x' });
    expect(wire.frames).toEqual([]);
    outbox.flush(100, FINE);
    expect(wire.frames).toHaveLength(1);
    expect(wire.take()).toMatchObject([
      { type: 'ok' },
      { room_id: 'a', offset: 1 },
      { room_id: 'a', offset: 2 },
      { room_id: 'b', offset: 1 },
    ]);
    expect(sent).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
    outbox.flush(200, FINE);
    expect(wire.frames).toEqual([]);
    expect(outbox.sentAt).toBe(100);
  });

  it('shrinks as more waits for it: conflated beyond 64 KiB, held back beyond 256 KiB, cut beyond 1 MiB', () => {
    const { wire, outbox, update, types, counters } = create();
    wire.bufferedAmount = 64 * 1024;
    update('a', 1);
    expect(outbox.flush(0, FINE)).toBe('ok');
    expect(types()).toEqual(['update']);

    wire.bufferedAmount++;
    update('a', 2);
    update('a', 3);
    outbox.flush(100, FINE);
    expect(types()).toEqual(['degraded', 'whole']);
    expect(counters).toMatchObject({ updates: 1, conflations: 1 });
    for (const at of [200, 1_000]) {
      update('a', at);
      outbox.flush(at, FINE);
      expect(types()).toEqual([]);
    }
    outbox.flush(1_100, FINE);
    expect(types()).toEqual(['whole']);

    wire.bufferedAmount = 256 * 1024 + 1;
    update('a', 1_200);
    outbox.push({ type: 'ok', ref: 'x' });
    outbox.flush(3_000, FINE);
    expect(types()).toEqual(['ok']);

    wire.bufferedAmount = 1024 * 1024 + 1;
    expect(outbox.flush(3_100, FINE)).toBe('cut');

    wire.bufferedAmount = 0;
    outbox.flush(3_200, FINE);
    expect(types()).toEqual(['degraded', 'whole']);
    update('a', 3_300);
    outbox.flush(3_300, FINE);
    expect(types()).toEqual(['update']);
  });

  it('holds a snapshot back beyond 256 KiB, and sends it as the room is by then', () => {
    const { wire, outbox, update, types } = create();
    let asked = 0;
    outbox.owe('a', () => {
      asked++;
      return { text: '{"type":"snapshot"}', offset: 9 };
    });
    wire.bufferedAmount = 300_000;
    outbox.flush(100, FINE);
    expect(types()).toEqual(['degraded']);
    expect(asked).toBe(0);
    update('a', 10);
    outbox.owe('a');
    wire.bufferedAmount = 0;
    outbox.flush(200, FINE);
    expect(types()).toEqual(['degraded', 'snapshot']);
  });

  it('is nothing of its rooms while the lease is silent, and whole states after it', () => {
    const { outbox, update, types } = create();
    update('a', 1);
    outbox.push({ type: 'ok', ref: 'x' });
    outbox.flush(100, { behind: false, mute: true });
    expect(types()).toEqual(['ok']);
    update('a', 2);
    outbox.flush(200, FINE);
    expect(types()).toEqual(['whole']);
  });
});
