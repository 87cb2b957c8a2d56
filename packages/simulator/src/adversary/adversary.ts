import { ticksAt } from '../backfill.ts';
import { hourAhead, MALFORMED, type RefusalReason } from '../malformed.ts';
import { placeOf } from '../place.ts';
import { createRandom, type Random } from '../random.ts';
import { jsonBytes, utf8, type WireRecord } from '../wire.ts';
import { type AdversaryRoom, castRooms } from './roles.ts';
import { scriptRoom } from './script.ts';
import { spell } from './spelling.ts';

const MINUTE_MS = 60_000;
const GRACE_MS = 120_000;
const TICK_EVERY_MS = 5_000;

/** An adversarial log for checking the exactness of what reads it. */
export interface AdversaryOptions {
  rooms: number;
  /** Minutes with events. The rooms that sleep need at least 18 to wake again. */
  minutes: number;
  /** Minutes of ticks alone after the events, so that all minutes become final. Default 4. */
  settleMinutes?: number;
  /** Beginning of simulated time, rounded up to a whole minute. */
  startTs: number;
  /** Events a room sends a minute, in the mean. */
  eventsPerRoomMinute: number;
  /** Partitions of the topic. */
  partitions: number;
  /** The real time of sending, for events that are an hour ahead of it; without it only those of the year 2099 are. */
  nowTs?: number;
}

export interface AdversaryRecord extends WireRecord {
  partition: number;
  /** What it is there for. */
  what: string;
  /** Why it must be refused, where it must. */
  refused?: RefusalReason;
}

export interface AdversaryLog {
  /** In order of production; each has its partition. */
  records: AdversaryRecord[];
  rooms: AdversaryRoom[];
  startTs: number;
  /** The last tick's time. It must lie before the real time of sending: a broker's append time bounds stream time. */
  endTs: number;
}

/** One event of a room's script: `delay` is from its event time to its production. */
export interface Scripted {
  type: string;
  ts: number;
  body: Record<string, unknown>;
  /** Default: drawn, mostly short, now and then beyond the grace. */
  delay?: number;
}

/** Delay between event time and production: mostly none, some within the grace, some beyond, some fast clocks. */
function drawDelay(random: Random): number {
  switch (random.weighted([820, 90, 50, 20, 20])) {
    case 0:
      return random.int(300);
    case 1:
      return random.int(20_000);
    case 2:
      return random.int(GRACE_MS + MINUTE_MS);
    case 3:
      return GRACE_MS + random.int(300_000);
    default:
      return -random.int(4_000);
  }
}

/**
 * Builds the whole log. Simulated time may be in the past and may be sent as fast as one likes: the log carries its own
 * ticks, and event time alone then drives stream time. Within one partition a later log must not begin before the
 * earlier one has ended.
 */
export function createAdversary(seed: string, options: AdversaryOptions): AdversaryLog {
  const { partitions, minutes, settleMinutes = 4 } = options;
  const start = Math.ceil(options.startTs / MINUTE_MS) * MINUTE_MS;
  const stop = start + minutes * MINUTE_MS;
  const endTs = stop + settleMinutes * MINUTE_MS;
  const rooms = castRooms(seed, options.rooms);
  const records: AdversaryRecord[] = [];

  const put = (at: number, partition: number, key: string | null, value: Uint8Array | null, what: string): void => {
    records.push({ at: Math.min(Math.max(at, start), endTs), key, value, partition, what });
  };
  const refuse = (
    at: number,
    partition: number,
    key: string | null,
    value: Uint8Array | null,
    because: [string, RefusalReason],
  ): void => {
    records.push({ at, key, value, partition, what: because[0], refused: because[1] });
  };

  rooms.forEach((room, index) => {
    const random = createRandom(`${seed}/adversary/${index}`);
    const home = placeOf(room.room_id, partitions);
    const elsewhere = (): number => (home + 1 + random.int(Math.max(1, partitions - 1))) % partitions;
    const place = (): number => (random.chance(0.02) ? elsewhere() : home);
    const keyed = (): string | null =>
      random.chance(0.01) ? null : random.chance(0.005) ? 'another key' : room.room_id;
    let seq = 0;
    // Every room counts from zero, so that all ids occur in all rooms.
    const nextId = (): string =>
      random.chance(0.002) ? random.pick(['__proto__', '10', '😀'.repeat(64)]) : `e${seq++}`;

    const script = scriptRoom(room.role, createRandom(`${seed}/script/${index}`), {
      start,
      stop,
      perMinute: options.eventsPerRoomMinute,
    });
    for (const { type, ts, body, delay } of script) {
      const event = { v: 1, id: nextId(), type, room_id: room.room_id, ts, ...body };
      const value = spell(random, event);
      const at = ts + (delay ?? drawDelay(random));
      put(at, place(), keyed(), value, type);
      if (random.chance(0.02)) put(at + random.int(20_000), place(), keyed(), value, 'duplicate');
      if (random.chance(0.005))
        put(at + MINUTE_MS + random.int(GRACE_MS), home, keyed(), value, 'duplicate after the close');
      if (random.chance(0.01)) {
        const other = { ...event, ts: Math.max(start, ts + random.int(2 * GRACE_MS) - GRACE_MS) };
        put(
          Math.max(at, other.ts) + random.int(2 * MINUTE_MS),
          place(),
          keyed(),
          jsonBytes(other),
          'duplicate with another time',
        );
      }
    }

    // An event produced just before its minute becomes final, and one just after.
    for (let end = start + MINUTE_MS; end + GRACE_MS < stop; end += MINUTE_MS) {
      if (!random.chance(0.2)) continue;
      const final = end + GRACE_MS;
      for (const at of [final - 1, final, final + 1]) {
        const ts = end - 1 - random.int(2);
        const body = { v: 1, id: `f${at}`, type: 'like.sent', room_id: room.room_id, ts, user_id: 'u-edge', count: 1 };
        put(at, home, room.room_id, jsonBytes(body), 'at the edge of final');
      }
    }

    for (let at = start + random.int(MINUTE_MS), n = index; at < stop; at += 20_000 + random.int(30_000), n++) {
      const broken = MALFORMED[n % MALFORMED.length] as (typeof MALFORMED)[number];
      const bytes = broken.build(room.room_id, at, `bad-${n}`);
      refuse(at, place(), keyed(), bytes, [broken.name, broken.reason]);
    }
  });

  const random = createRandom(`${seed}/log`);
  const anyPartition = (): number => random.int(partitions);
  // Each broken kind at least once, whatever the number of rooms.
  MALFORMED.forEach((broken, n) => {
    const room = rooms[n % rooms.length]?.room_id ?? 'room';
    const at = start + Math.floor(((n + 0.5) / MALFORMED.length) * (stop - start));
    refuse(at, placeOf(room, partitions), room, broken.build(room, at, `once-${n}`), [broken.name, broken.reason]);
  });
  const far = options.nowTs;
  if (far !== undefined) {
    for (const { room_id } of rooms) {
      const at = start + random.int(stop - start);
      refuse(at, placeOf(room_id, partitions), room_id, hourAhead(room_id, far, 'ahead'), ['an hour ahead', 'future']);
    }
  }
  const brokenTicks: [string, RefusalReason, string][] = [
    ['tick of the year 2099', 'future', '{"v":1,"type":"clock.tick","ts":4070908800000}'],
    ['tick without time', 'bad_envelope', '{"v":1,"type":"clock.tick"}'],
    ['tick with a fraction', 'bad_envelope', '{"v":1,"type":"clock.tick","ts":1700000000000.5}'],
    ['tick of another version', 'unknown_version', '{"v":9,"type":"clock.tick","ts":1700000000000}'],
  ];
  for (const [what, reason, json] of brokenTicks) {
    refuse(start + random.int(stop - start), anyPartition(), null, utf8(json), [what, reason]);
  }
  for (let at = start; at <= endTs; at += TICK_EVERY_MS) {
    for (const tick of ticksAt(at, partitions)) put(at, tick.partition ?? 0, null, tick.value, 'tick');
    // Ticks may repeat and may be old: they move nothing then.
    if (random.chance(0.05))
      for (const tick of ticksAt(at - 60_000, partitions)) put(at, anyPartition(), null, tick.value, 'old tick');
  }

  // The sort is stable: what was put first comes first at the same instant, except that half of the ticks go last.
  const order = new Map(records.map((record, i) => [record, record.what === 'tick' && random.chance(0.5) ? -1 : i]));
  records.sort((a, b) => a.at - b.at || (order.get(a) ?? 0) - (order.get(b) ?? 0));
  return { records, rooms, startTs: start, endTs };
}
