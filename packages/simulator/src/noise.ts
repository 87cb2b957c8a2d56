import type { SimEvent } from './events.ts';
import { createSchedule } from './heap.ts';
import { MALFORMED } from './malformed.ts';
import { createRandom } from './random.ts';
import { jsonBytes, type WireRecord } from './wire.ts';

/** Shares of events that are troubled on their way. All default to 0. */
export interface NoiseOptions {
  /** Sent a second time within half a minute. */
  duplicates?: number;
  /** Sent up to `disorderMs` after their event time. */
  disorder?: number;
  disorderMs?: number;
  /** Accompanied by one more comment that is minutes too old to count. */
  late?: number;
  /** Accompanied by a record that must be refused. */
  malformed?: number;
}

/** What live rooms meet on the way to a broker. The rooms' own numbers stay what they are: late ones count nowhere. */
export const LIVE_NOISE: Required<NoiseOptions> = {
  duplicates: 0.01,
  disorder: 0.01,
  disorderMs: 20_000,
  late: 0.001,
  malformed: 0.001,
};

/** The road between a room and the broker. */
export interface Noise {
  /** Events in order of `ts`. */
  put(events: readonly SimEvent[]): void;
  /** Records whose production time is before `untilTs`, in that order. */
  take(untilTs: number): WireRecord[];
}

const DUPLICATE_WITHIN_MS = 30_000;
/** The grace is two minutes; these are well past it. */
const LATE_FROM_MS = 240_000;
const LATE_SPREAD_MS = 240_000;

export function createNoise(seed: string, options: NoiseOptions): Noise {
  const random = createRandom(`${seed}/noise`);
  const road = createSchedule<Omit<WireRecord, 'at'>>();
  const { duplicates = 0, disorder = 0, disorderMs = 20_000, late = 0, malformed = 0 } = options;
  const firstSeen = new Map<string, number>();
  let extra = 0;

  const send = (at: number, room: string, value: Uint8Array | null): void => road.put(at, { key: room, value });

  const putOne = (event: SimEvent): void => {
    const { room_id, ts } = event;
    const value = jsonBytes(event);
    // The start and the end of a room stay in place: a demo is not the place for rooms without a name.
    const moved = !event.type.startsWith('room.') && random.chance(disorder);
    send(moved ? ts + random.int(disorderMs) : ts, room_id, value);
    if (random.chance(duplicates)) send(ts + 50 + random.int(DUPLICATE_WITHIN_MS), room_id, value);
    if (random.chance(malformed)) send(ts, room_id, random.pick(MALFORMED).build(room_id, ts, `bad-${extra++}`));
    const since = firstSeen.get(room_id);
    if (since === undefined) firstSeen.set(room_id, ts);
    else if (random.chance(late) && ts - since > LATE_FROM_MS + LATE_SPREAD_MS) {
      const old = ts - LATE_FROM_MS - random.int(LATE_SPREAD_MS);
      const body = { v: 1, id: `late-${extra++}`, type: 'comment.posted', room_id, ts: old };
      send(ts, room_id, jsonBytes({ ...body, user_id: 'u-late', text: 'was offline' }));
    }
    if (event.type === 'room.ended') firstSeen.delete(room_id);
  };

  return {
    put(events) {
      for (const event of events) putOne(event);
    },
    take(untilTs) {
      const out: WireRecord[] = [];
      for (let due = road.takeBefore(untilTs); due !== undefined; due = road.takeBefore(untilTs)) {
        out.push({ at: due.at, ...due.item });
      }
      return out;
    },
  };
}
