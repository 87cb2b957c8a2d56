import { readConfig } from '@liveboard/runtime';
import { createFleet } from '@liveboard/simulator';
import { describe, expect, test } from 'vitest';
import { createFeeder, type Feeder, type OutgoingMessage } from '../src/feeder.ts';
import { SETTINGS } from '../src/options.ts';

const START = 1_700_000_040_000;

/** A feeder on a clock of the test's own, with a broker that can be switched off. */
function rig(): {
  feeder: Feeder;
  sent: OutgoingMessage[];
  warnings: string[];
  pass: (ms: number) => Promise<void>;
  broker: { up: boolean };
} {
  const sent: OutgoingMessage[] = [];
  const warnings: string[] = [];
  const broker = { up: true };
  let now = START;
  const feeder = createFeeder({
    fleet: createFleet('test', { start: START, rooms: 3 }),
    seed: 'test',
    noise: {},
    now: () => now,
    log: { info: () => undefined, warn: (_fields, message) => warnings.push(message) },
    sink: {
      send: async (messages) => {
        if (!broker.up) throw new Error('no broker');
        sent.push(...messages);
      },
    },
  });
  const pass = async (ms: number): Promise<void> => {
    for (const end = now + ms; now < end; ) {
      now += 250;
      await feeder.step();
    }
  };
  return { feeder, sent, warnings, pass, broker };
}

const idsOf = (messages: readonly OutgoingMessage[]): string[] =>
  messages.map((m) => {
    const event = JSON.parse(String(m.value)) as { room_id: string; id: string };
    return `${event.room_id}/${event.id}`;
  });

describe('the feeder', () => {
  test('sends everything once, keyed by room', async () => {
    const { sent, pass } = rig();
    await pass(20_000);
    const expected = createFleet('test', { start: START, rooms: 3 }).next(START + 20_000);
    // What happened in the last instant waits for the next step.
    expect(sent.length).toBeGreaterThan(expected.length * 0.95);
    expect(new Set(idsOf(sent)).size).toBe(sent.length);
    expect(sent.every((m) => idsOf([m])[0]?.startsWith(`${m.key}/`))).toBe(true);
  });

  test('a broker that is away for ten seconds loses nothing', async () => {
    const away = rig();
    await away.pass(5_000);
    away.broker.up = false;
    await away.pass(10_000);
    away.broker.up = true;
    await away.pass(5_000);
    const steady = rig();
    await steady.pass(20_000);
    expect(idsOf(away.sent)).toEqual(idsOf(steady.sent));
    expect(away.warnings).toHaveLength(1);
  });

  test('a broker that is away for long costs the oldest events, with a warning', async () => {
    const { feeder, warnings, pass, broker } = rig();
    broker.up = false;
    await pass(60_000);
    expect(feeder.state().dropped).toBeGreaterThan(0);
    expect(warnings.some((w) => w.includes('dropped'))).toBe(true);
    broker.up = true;
    await pass(250);
    expect(feeder.state().waiting).toBe(0);
  });

  test('ends all rooms when it finishes', async () => {
    const { feeder, sent, pass } = rig();
    await pass(10_000);
    await feeder.finish();
    expect(sent.slice(-3).map((m) => (JSON.parse(String(m.value)) as { type: string }).type)).toEqual(
      Array(3).fill('room.ended'),
    );
  });
});

describe('options', () => {
  test('have defaults', () => {
    expect(readConfig(SETTINGS, { KAFKA_BROKERS: '127.0.0.1:9092, b:1' })).toMatchObject({
      KAFKA_BROKERS: ['127.0.0.1:9092', 'b:1'],
      LIVEBOARD_NAMESPACE: '',
      LIVEBOARD_SIMULATOR_SEED: 'demo',
      LIVEBOARD_SIMULATOR_ROOMS: 14,
      LIVEBOARD_SIMULATOR_BACKFILL_MINUTES: 0,
    });
  });
  test('name what is wrong', () => {
    expect(() => readConfig(SETTINGS, {})).toThrow(/KAFKA_BROKERS/);
    expect(() => readConfig(SETTINGS, { KAFKA_BROKERS: 'a:1', LIVEBOARD_SIMULATOR_ROOMS: '99' })).toThrow(
      /SIMULATOR_ROOMS/,
    );
  });
});
