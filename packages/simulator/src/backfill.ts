import type { Fleet } from './fleet.ts';
import type { Noise } from './noise.ts';
import { placeOf } from './place.ts';
import { jsonBytes, type WireRecord } from './wire.ts';

const TICK_EVERY_MS = 5_000;

/**
 * A fast-forwarded past for a log that has no ticks of its own yet: the fleet's records from `from` to `to` in order of
 * production, with a tick for each partition every five seconds of simulated time. Into a log whose partitions have
 * seen later times, all of it would be late.
 */
export function* backfill(
  fleet: Fleet,
  noise: Noise,
  range: { from: number; to: number; partitions: number },
): Generator<WireRecord[]> {
  for (let at = range.from + TICK_EVERY_MS; at <= range.to; at += TICK_EVERY_MS) {
    noise.put(fleet.next(at));
    const records = noise.take(at).map((record) => ({
      ...record,
      partition: placeOf(record.key ?? '', range.partitions),
    }));
    yield [...records, ...ticksAt(at, range.partitions)];
  }
}

/** One tick for each partition. */
export function ticksAt(ts: number, partitions: number): WireRecord[] {
  const value = jsonBytes({ v: 1, type: 'clock.tick', ts });
  return Array.from({ length: partitions }, (_, partition) => ({ at: ts, key: null, value, partition }));
}
