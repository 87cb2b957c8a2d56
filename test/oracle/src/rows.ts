import { type Before, compareRows, type LivedRow } from './compare.ts';
import { tally } from './counts.ts';
import { sample } from './gauges.ts';
import { factsOf } from './headline.ts';
import type { Knowledge } from './knowledge.ts';
import { livedWithin } from './life.ts';
import { readBy, type Timeline } from './timeline.ts';
import { GRACE, isClosed, isFinal, MINUTE, type MinuteRow, minuteOf, SILENCE_MINUTES } from './types.ts';

/** A place in the log: the first `k` events of the room are read, and stream time is `time`. */
type Point = { offset: number; k: number; time: number };

const SECOND = 1_000;

/** Makes one row as it is at a point; its comparison comes later, its `rev` is that of the point. */
function rowAt(knowledge: Knowledge, minute: number, point: Point): LivedRow {
  const known = knowledge.known(point.k);
  const spans = known.spans(point.time);
  const effects = known.effects.filter(({ event }) => minuteOf(event.event.ts) === minute);
  const lived = livedWithin(spans, minute, minute + MINUTE);
  const closed = isClosed(minute, point.time);
  const row: MinuteRow = {
    minute,
    state: isFinal(minute, point.time) ? 'final' : closed ? 'closed' : 'provisional',
    in_life: lived > 0,
    rev: point.offset,
    rules: 'w1',
    ...tally(effects),
  };
  const until = closed ? Number.POSITIVE_INFINITY : point.time;
  const online = sample(known.online, spans, minute, until);
  if (online !== undefined) row.online = online;
  const unpaid = sample(known.unpaid, spans, minute, until);
  if (unpaid !== undefined) row.unpaid_orders = unpaid;
  const around = spans.find((span) => livedWithin([span], minute, minute + 1) > 0);
  return {
    row,
    whole: lived === MINUTE,
    facts: factsOf(known, row),
    ...(around === undefined ? {} : { opening: around.open }),
  };
}

/** What of a row is its content: everything but the place where it changed. */
function contentOf(row: MinuteRow | undefined): string {
  return JSON.stringify({ ...row, rev: 0 });
}

/** All minute rows of a room as they stand after the last record, in order of their minutes. */
export function rowsOf(knowledge: Knowledge, timeline: Timeline): MinuteRow[] {
  const { counted } = knowledge;
  const end = timeline.moments.at(-1);
  const lastOffset = Math.max(end?.offset ?? 0, counted.at(-1)?.offset ?? 0);
  const finals = new Map<number, LivedRow>();
  const settled = new Map<number, Before>();

  const pointAt = (offset: number): Point => ({
    offset,
    k: readBy(counted, offset),
    time: timeline.after(offset) ?? Number.NEGATIVE_INFINITY,
  });
  const inLife = (minute: number, point: Point): boolean =>
    livedWithin(knowledge.known(point.k).spans(point.time), minute, minute + MINUTE) > 0;

  /** Whether an empty minute has a row: it was in life at its close or when a later record revised it. */
  const hasZeroRow = (minute: number, point: Point): boolean => {
    if (!isClosed(minute, point.time)) return minute <= point.time && inLife(minute, point);
    const closing = timeline.reached(minute + MINUTE);
    if (closing === undefined) return false;
    if (inLife(minute, pointAt(closing.offset))) return true;
    const last = Math.min(point.offset, timeline.reached(minute + MINUTE + GRACE)?.offset ?? point.offset);
    return counted.some(({ offset }) => offset > closing.offset && offset <= last && inLife(minute, pointAt(offset)));
  };

  /** The minutes that could have a row: those with events and the ten after each. */
  const minutesAt = (k: number): { minute: number; filled: boolean }[] => {
    const filled = new Set(counted.slice(0, k).map(({ event }) => minuteOf(event.ts)));
    const all = new Set(filled);
    for (const minute of filled) for (let n = 1; n <= SILENCE_MINUTES; n += 1) all.add(minute + n * MINUTE);
    return [...all].sort((a, b) => a - b).map((minute) => ({ minute, filled: filled.has(minute) }));
  };

  const livedAt = (point: Point, from: number): LivedRow[] =>
    minutesAt(point.k).flatMap(({ minute, filled }) => {
      if (minute < from) return [];
      if (isFinal(minute, point.time)) {
        const row = finals.get(minute);
        return row === undefined ? [] : [row];
      }
      return filled || hasZeroRow(minute, point) ? [rowAt(knowledge, minute, point)] : [];
    });

  const last = pointAt(lastOffset);
  for (const { minute, filled } of minutesAt(counted.length)) {
    if (!isFinal(minute, last.time)) continue;
    const made = timeline.reached(minute + MINUTE + GRACE);
    if (made === undefined) continue;
    const point = pointAt(made.offset);
    if (filled || hasZeroRow(minute, point)) finals.set(minute, rowAt(knowledge, minute, point));
  }
  const rows = compareRows(livedAt(last, Number.NEGATIVE_INFINITY), settled);

  const places = placesOf(knowledge, timeline);
  return rows.map((row) => {
    if (row.state === 'final') return row;
    const now = contentOf(row);
    let changed = lastOffset;
    for (const offset of places) {
      const point = pointAt(offset);
      const then = compareRows(livedAt(point, row.minute - 60 * MINUTE), settled);
      if (contentOf(then.find((other) => other.minute === row.minute)) !== now) break;
      changed = offset;
    }
    return { ...row, rev: changed };
  });
}

/** The records at which a row that is not final could have changed, the newest first. */
function placesOf({ counted }: Knowledge, { moments }: Timeline): number[] {
  const places = new Set(counted.map(({ offset }) => offset));
  let second = Number.NEGATIVE_INFINITY;
  for (const { offset, time } of moments) {
    if (time < second + SECOND) continue;
    second = Math.floor(time / SECOND) * SECOND;
    places.add(offset);
  }
  return [...places].sort((a, b) => b - a);
}
