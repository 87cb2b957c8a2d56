import { EVENT_TYPES } from '@liveboard/contracts';
import { MALFORMED } from '@liveboard/simulator';
import { admit } from '@liveboard/windows';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBrokerClock } from '../src/intake/broker-clock.ts';
import { judge } from '../src/intake/judge.ts';

const NOW = 1_800_000_000_000;
const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const comment = (more: object = {}) => ({
  v: 1,
  id: 'c',
  type: 'comment.posted',
  room_id: 'r',
  ts: NOW,
  user_id: 'u',
  text: 'ä',
  ...more,
});
const start = { account_id: 'a', handle: '', name: '', title: '', currency: 'EUR', timezone: 'UTC' };

describe('a batch', () => {
  it('keeps each event’s bytes, place and room, and the account of a start', async () => {
    const values = [
      comment(),
      comment({ type: 'room.started', ...start }),
      comment({ type: 'x.own', room_id: 's' }),
    ].map(bytes);
    expect(await judge(values, NOW)).toEqual({
      errors: [],
      events: [
        { index: 0, room_id: 'r', value: values[0] },
        { index: 1, room_id: 'r', account_id: 'a', value: values[1] },
        { index: 2, room_id: 's', value: values[2] },
      ],
    });
    expect((await judge(values, NOW)).events[0]?.value).toBe(values[0]);
  });

  it('is refused for what ingest would refuse, by the same reason, field and rule', async () => {
    for (const { name, reason, build } of MALFORMED) {
      const value = build('r', NOW, 'i') ?? new Uint8Array();
      const { errors, events } = await judge([bytes(comment()), value], NOW);
      expect(errors, name).toEqual([{ index: 1, reason, path: expect.any(String), rule: expect.any(String) }]);
      expect(events).toHaveLength(1);
    }
    expect((await judge([bytes(comment({ user_id: 7 }))], NOW)).errors).toEqual([
      { index: 0, reason: 'bad_field', path: 'user_id', rule: 'must be a string' },
    ]);
  });

  it('has no types that are ours to write', async () => {
    const tick = { v: 1, type: 'clock.tick', ts: NOW };
    const rules = comment({ type: 'room.rules', rules: [], by: 'me' });
    expect((await judge([tick, rules].map(bytes), NOW)).errors).toEqual([
      { index: 0, reason: 'not_allowed', path: 'type', rule: 'clock.tick is written by ingest' },
      { index: 1, reason: 'not_allowed', path: 'type', rule: 'room.rules is written by the gateway' },
    ]);
  });

  it('names a hundred errors and looks no further', async () => {
    const { errors } = await judge(Array(5_000).fill(new Uint8Array([0x78])), NOW);
    expect(errors).toHaveLength(100);
    expect(errors.at(-1)).toEqual({ index: 99, reason: 'bad_json', path: '', rule: 'must be JSON' });
  });

  it('that passes is never refused by the log, which reads it later', async () => {
    const value = fc.record(
      {
        v: fc.constantFrom<unknown>(1, 1, 1, 2),
        id: fc.oneof(fc.string({ maxLength: 66 }), fc.constant('i')),
        type: fc.oneof(fc.constantFrom(...EVENT_TYPES, 'clock.tick', 'x.own'), fc.string()),
        room_id: fc.constantFrom('r', 'a b', '__proto__'),
        ts: fc.oneof(fc.integer({ min: NOW - 1e6, max: NOW + 40_000 }), fc.double()),
        user_id: fc.oneof(fc.constant('u'), fc.string({ unit: 'binary' })),
        text: fc.string(),
        source: fc.constantFrom('for_you', 'nowhere'),
        count: fc.integer(),
        product_id: fc.constant('p'),
        online: fc.nat(),
      },
      { requiredKeys: ['v', 'type', 'ts'] },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(value, { maxLength: 6 }), fc.nat(100_000), async (values, later) => {
        const { events, errors } = await judge(values.map(bytes), NOW);
        expect(events.length + errors.length).toBe(values.length);
        for (const event of events) expect(admit(event.value, NOW + later).kind).toMatch(/^(?:event|extension)$/);
      }),
    );
  });

  it('does not hold up the feeds while it is judged', async () => {
    const values = Array.from({ length: 5_000 }, (_, n) => bytes(comment({ id: `c${n}`, text: 'x'.repeat(400) })));
    let turns = 0;
    let goes = true;
    const turn = (): void => {
      turns++;
      if (goes) setImmediate(turn);
    };
    setImmediate(turn);
    expect((await judge(values, NOW)).events).toHaveLength(5_000);
    goes = false;
    expect(turns).toBeGreaterThan(20);
  });
});

describe('the broker’s clock', () => {
  it('is this machine’s until the broker has answered, then never ahead of what it said', () => {
    let local = 1_000_000;
    const clock = createBrokerClock(() => local);
    clock.note(-1);
    expect(clock.now()).toBe(local);
    // The broker runs 500 ms behind; its answer came 20 ms late.
    clock.note(local - 520);
    expect(clock.now()).toBe(local - 520);
    local += 1_000;
    clock.note(local - 900);
    expect(clock.now()).toBe(local - 520);
    clock.note(local - 501);
    expect(clock.now()).toBe(local - 501);
    // It was set back.
    local += 60_000;
    clock.note(local - 9_000);
    expect(clock.now()).toBe(local - 9_000);
  });
});
