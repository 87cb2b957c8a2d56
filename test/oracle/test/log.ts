import { murmur2 } from '../src/murmur2.ts';
import type { OracleRecord } from '../src/types.ts';

/** A minute on the clock from which the examples count: 2026-03-01 10:00 UTC. */
export const T0 = Date.UTC(2026, 2, 1, 10);

export type Sent = { type: string; ts: number; append?: number } & Record<string, unknown>;

/** The instant `minute` minutes and `seconds` seconds after the start of the examples. */
export function at(minute: number, seconds = 0): number {
  return T0 + minute * 60_000 + seconds * 1_000;
}

const DEFAULTS: Record<string, Record<string, unknown>> = {
  'room.started': {
    account_id: 'acct',
    handle: 'h',
    name: 'n',
    title: 't',
    currency: 'EUR',
    timezone: 'Europe/Berlin',
  },
};

/** Records of one partition: room `r` and ids by offset where not given; appended when they happened. */
export function logOf(sent: Sent[]): OracleRecord[] {
  return sent.map(({ append, ...event }, offset) => {
    const body =
      event.type === 'clock.tick'
        ? { v: 1, ...event }
        : { v: 1, id: `e${offset}`, room_id: 'r', ...DEFAULTS[event.type], ...event };
    return { offset, append: append ?? event.ts, value: Buffer.from(JSON.stringify(body)) };
  });
}

/** The partition of a room among `partitions`. */
export function homeOf(room: string, partitions: number): number {
  return (murmur2(Buffer.from(room)) & 0x7fffffff) % partitions;
}
