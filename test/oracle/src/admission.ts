import { hasGoodFields, isKnownType, isObject, isText } from './fields.ts';
import { partitionOf } from './murmur2.ts';
import {
  type EventBody,
  FUTURE,
  isFinal,
  type Ledger,
  type Moment,
  minuteOf,
  type OracleOptions,
  type OracleRecord,
  type OracleVerdict,
  type RoomEvent,
} from './types.ts';

const EARLIEST = Date.UTC(2020, 0, 1);
const MAX_BYTES = 65_536;

/** What one record says, judged without any memory. */
type Reading =
  | { kind: 'quarantined'; reason: string }
  | { kind: 'ignored'; room_id: string }
  | { kind: 'tick'; ts: number }
  | { kind: 'event'; event: EventBody };

function refused(reason: string): Reading {
  return { kind: 'quarantined', reason };
}

/** Reads one record; the first reason that applies refuses it. */
function read(record: OracleRecord): Reading {
  const { value, append } = record;
  if (value === null || value.length === 0) return refused('empty');
  if (value.length > MAX_BYTES) return refused('too_large');
  let text: string;
  try {
    // The decoder would swallow a BOM silently; kept, it makes the JSON invalid, as it should.
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    return refused('bad_utf8');
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return refused('bad_json');
  }
  if (!isObject(parsed)) return refused('bad_envelope');
  const field = (name: string): unknown => (Object.hasOwn(parsed, name) ? parsed[name] : undefined);
  const v = field('v');
  const type = field('type');
  const ts = field('ts');
  const id = field('id');
  const room = field('room_id');
  if (typeof v !== 'number' || !Number.isInteger(v)) return refused('bad_envelope');
  if (typeof type !== 'string') return refused('bad_envelope');
  if (typeof ts !== 'number' || !Number.isInteger(ts) || ts < EARLIEST) return refused('bad_envelope');
  const future = ts > append + FUTURE;
  if (type === 'clock.tick') {
    if (v !== 1) return refused('unknown_version');
    return future ? refused('future') : { kind: 'tick', ts };
  }
  if (!isText(id, 1, 64)) return refused('bad_envelope');
  if (typeof room !== 'string' || !/^[A-Za-z0-9._:-]{1,64}$/.test(room)) return refused('bad_envelope');
  if (v !== 1) return refused('unknown_version');
  if (type.startsWith('x.')) return future ? refused('future') : { kind: 'ignored', room_id: room };
  if (!isKnownType(type)) return refused('unknown_type');
  if (!hasGoodFields(parsed)) return refused('bad_field');
  if (future) return refused('future');
  return { kind: 'event', event: { ...parsed, v: 1, id, type, room_id: room, ts } };
}

/** Everything that the first pass over a partition finds out. */
export type Admission = {
  streamTime: number | undefined;
  ledger: Ledger;
  verdicts: OracleVerdict[];
  counted: RoomEvent[];
  late: RoomEvent[];
  duplicates: RoomEvent[];
  /** Stream time after every record that moved it, in offset order. */
  moments: Moment[];
};

/** The pass in offset order: the verdict on every record, and stream time before and after each. */
export function admit(records: OracleRecord[], options: OracleOptions): Admission {
  let time: number | undefined;
  const verdicts: OracleVerdict[] = [];
  const counted: RoomEvent[] = [];
  const late: RoomEvent[] = [];
  const duplicates: RoomEvent[] = [];
  const moments: Moment[] = [];
  // Where an id was counted last: the minute, by "room id", a blank being in no room's name.
  const seen = new Map<string, number>();
  const move = (record: OracleRecord, ts: number): void => {
    const reached = Math.min(ts, record.append);
    if (time !== undefined && reached <= time) return;
    time = reached;
    moments.push({ offset: record.offset, time });
  };
  for (const record of records) {
    const { offset, append } = record;
    const reading = read(record);
    if (reading.kind === 'quarantined') {
      verdicts.push({ offset, verdict: 'quarantined', reason: reading.reason });
      continue;
    }
    if (reading.kind === 'ignored') {
      verdicts.push({ offset, verdict: 'ignored', room_id: reading.room_id });
      continue;
    }
    if (reading.kind === 'tick') {
      move(record, reading.ts);
      verdicts.push({ offset, verdict: 'tick' });
      continue;
    }
    const { event } = reading;
    const { room_id } = event;
    const before = time;
    if (partitionOf(room_id, options.partitions) !== options.partition) {
      verdicts.push({ offset, verdict: 'forwarded', room_id });
      continue;
    }
    const minute = minuteOf(event.ts);
    if (isFinal(minute, before)) {
      late.push({ offset, append, before, after: before, event });
      verdicts.push({ offset, verdict: 'late', room_id });
      continue;
    }
    const key = `${room_id} ${event.id}`;
    const countedIn = seen.get(key);
    if (countedIn !== undefined && !isFinal(countedIn, before)) {
      duplicates.push({ offset, append, before, after: before, event });
      verdicts.push({ offset, verdict: 'duplicate', room_id });
      continue;
    }
    seen.set(key, minute);
    move(record, event.ts);
    counted.push({ offset, append, before, after: time, event });
    verdicts.push({ offset, verdict: 'counted', room_id });
  }
  const count = (name: string): number => verdicts.filter((entry) => entry.verdict === name).length;
  const ledger: Ledger = {
    in: records.length,
    counted: count('counted'),
    duplicate: count('duplicate'),
    late: count('late'),
    quarantined: count('quarantined'),
    forwarded: count('forwarded'),
    ignored: count('ignored'),
    ticks: count('tick'),
  };
  return { streamTime: time, ledger, verdicts, counted, late, duplicates, moments };
}
