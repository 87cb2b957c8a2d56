import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createAdversary, MALFORMED, placeOf, ROLES } from '../src/index.ts';

const START = 1_700_000_040_000;
const options = {
  rooms: 16,
  minutes: 20,
  startTs: START,
  eventsPerRoomMinute: 30,
  partitions: 8,
  nowTs: START + 3_600_000,
};
const hash = (log: ReturnType<typeof createAdversary>): string => {
  const sum = createHash('sha256');
  for (const r of log.records) sum.update(`${r.at} ${r.partition} ${r.key} `).update(r.value ?? 'null');
  return sum.digest('hex');
};

describe('the adversarial log', () => {
  const log = createAdversary('test', options);
  const parsed = log.records.flatMap((r) =>
    r.refused === undefined && r.what !== 'tick' && r.value !== null
      ? [
          {
            record: r,
            event: JSON.parse(new TextDecoder().decode(r.value)) as {
              room_id: string;
              ts: number;
              id: string;
              type: string;
            },
          },
        ]
      : [],
  );

  test('is the same for the same seed and another for another', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 9 }), (seed, rooms) => {
        const small = { ...options, rooms, minutes: 3 };
        expect(hash(createAdversary(seed, small))).toBe(hash(createAdversary(seed, small)));
        expect(hash(createAdversary(seed, small))).not.toBe(hash(createAdversary(`${seed}.`, small)));
      }),
      { numRuns: 5 },
    );
  });

  test('is in order of production and ends with ticks for every partition', () => {
    expect(log.records.every((r, i) => i === 0 || r.at >= (log.records[i - 1]?.at ?? 0))).toBe(true);
    expect(log.records.every((r) => r.at >= log.startTs && r.at <= log.endTs)).toBe(true);
    const last = log.records.filter((r) => r.what === 'tick' && r.at === log.endTs);
    expect(new Set(last.map((r) => r.partition)).size).toBe(options.partitions);
  });

  test('never runs ahead of its own clock by more than a fast clock does', () => {
    for (const { record, event } of parsed) {
      if (event.ts > record.at + 5_000) throw new Error(`${record.what} is ${event.ts - record.at} ms ahead`);
    }
  });

  test('plays every role and every broken kind', () => {
    expect(new Set(log.rooms.map((r) => r.role))).toEqual(new Set(ROLES));
    const kinds = new Set(log.records.filter((r) => r.refused !== undefined).map((r) => r.what));
    for (const { name } of MALFORMED) expect(kinds).toContain(name);
    expect(kinds).toContain('an hour ahead');
  });

  test('holds what it promises: wrong partitions, ids met in two rooms, odd ids, late, exact boundaries', () => {
    const wrong = parsed.filter(
      ({ record, event }) => event.room_id !== undefined && record.partition !== placeOf(event.room_id, 8),
    );
    expect(wrong.length / parsed.length).toBeGreaterThan(0.005);
    const rooms = new Map<string, Set<string>>();
    for (const { event } of parsed) rooms.set(event.id, (rooms.get(event.id) ?? new Set()).add(event.room_id));
    expect([...rooms.values()].some((set) => set.size > 1)).toBe(true);
    expect(log.rooms.map((r) => r.room_id)).toContain('__proto__');
    expect(rooms.has('__proto__')).toBe(true);
    expect(parsed.some(({ record, event }) => record.at - event.ts > 180_000)).toBe(true);
    expect(parsed.some(({ event }) => event.ts % 60_000 === 0)).toBe(true);
    expect(parsed.some(({ event }) => event.ts % 60_000 === 59_999)).toBe(true);
    expect(log.records.some((r) => r.key === null && r.what !== 'tick')).toBe(true);
    expect(parsed.some(({ record }) => record.value?.length === 65_536)).toBe(true);
  });

  test('valid records are small enough', () => {
    expect(parsed.filter(({ record }) => (record.value?.length ?? 0) > 65_536)).toEqual([]);
  });
});

test("rooms are placed as Kafka's own clients place them", () => {
  // Known values of the Java client's murmur2 over the same keys, modulo 1000 after clearing the sign.
  const java: Record<string, number> = {
    '21': -973932308,
    foobar: -790332482,
    'a-little-bit-long-string': -985981536,
    abc: 479470107,
  };
  for (const [key, value] of Object.entries(java)) expect(placeOf(key, 1000)).toBe((value & 0x7fffffff) % 1000);
});
