import { byTime, isFinal, MINUTE, minuteOf, type RoomEvent, SILENCE_MINUTES } from './types.ts';

/** One stretch of a room's life, [open, end); an open one has no `end`. */
export type Span = { open: number; implicit: boolean; end?: number; reason?: string };

/** Offsets of the `room.started` that came too late to take an implicit span's place. */
export type Outlived = Set<number>;

function silentEnd(lastMinute: number): number {
  return lastMinute + (1 + SILENCE_MINUTES) * MINUTE;
}

/**
 * The spans of a room from counted events sorted by (ts, offset), at stream time `time`.
 * A silence between two events is judged by their minutes, the one after the last event by stream time.
 */
export function spansOf(sorted: RoomEvent[], outlived: Outlived, time: number | undefined): Span[] {
  const spans: Span[] = [];
  let open: Span | undefined;
  let ended = false;
  let lastMinute = 0;
  for (const { offset, event } of sorted) {
    const minute = minuteOf(event.ts);
    if (open !== undefined && minute >= silentEnd(lastMinute)) {
      open.end = silentEnd(lastMinute);
      open.reason = 'silent';
      open = undefined;
    }
    if (event.type === 'room.started') {
      if (open?.implicit && !outlived.has(offset)) {
        spans.pop();
        open = undefined;
      }
      if (open === undefined) {
        open = { open: event.ts, implicit: false };
        spans.push(open);
        ended = false;
      }
    } else if (event.type === 'room.ended') {
      if (open === undefined && !ended) {
        open = { open: event.ts, implicit: true };
        spans.push(open);
      }
      if (open !== undefined) {
        open.end = event.ts;
        if (typeof event.reason === 'string') open.reason = event.reason;
        open = undefined;
        ended = true;
      }
    } else if (open === undefined && !ended) {
      open = { open: event.ts, implicit: true };
      spans.push(open);
    }
    lastMinute = minute;
  }
  if (open !== undefined && time !== undefined && time >= silentEnd(lastMinute)) {
    open.end = silentEnd(lastMinute);
    open.reason = 'silent';
  }
  return spans;
}

/** Judges every counted `room.started` once, at its reading, with what was known before it. `counted` is in offset order. */
export function judgeStarts(counted: RoomEvent[]): Outlived {
  const outlived: Outlived = new Set();
  counted.forEach((start, index) => {
    if (start.event.type !== 'room.started') return;
    const known = counted.slice(0, index).sort(byTime);
    const { ts } = start.event;
    const around = spansOf(known, outlived, start.before).find(
      (span) => span.implicit && span.open <= ts && (span.end === undefined || ts < span.end),
    );
    if (around !== undefined && isFinal(minuteOf(around.open), start.before)) outlived.add(start.offset);
  });
  return outlived;
}

/** How many of the milliseconds [from, to) lie in the spans, which do not overlap. */
export function livedWithin(spans: Span[], from: number, to: number): number {
  let lived = 0;
  for (const span of spans) {
    const start = Math.max(from, span.open);
    const stop = Math.min(to, span.end ?? Number.POSITIVE_INFINITY);
    if (stop > start) lived += stop - start;
  }
  return lived;
}

/** The end of a room as its info tells it. */
export type Ending = { ended_at?: number; reason?: string };

/**
 * The end of the last span, corrected by a `room.ended` that was read after the span's last minute had become final.
 * `ends` are the room's `room.ended`, counted or late, in offset order; `counted` is in offset order too.
 */
export function endingOf(spans: Span[], counted: RoomEvent[], ends: RoomEvent[], outlived: Outlived): Ending {
  const last = spans.at(-1);
  if (last?.end === undefined) return {};
  const ending: Ending = { ended_at: last.end };
  if (last.reason !== undefined) ending.reason = last.reason;
  for (const end of ends) {
    if (end.event.ts < last.open) continue;
    const known = counted.filter((event) => event.offset < end.offset).sort(byTime);
    const then = spansOf(known, outlived, end.before).at(-1);
    if (then?.end === undefined || then.open !== last.open) continue;
    const lastMinute = minuteOf(Math.max(then.open, then.end - 1));
    if (!isFinal(lastMinute, end.before)) continue;
    ending.ended_at = end.event.ts;
    delete ending.reason;
    if (typeof end.event.reason === 'string') ending.reason = end.event.reason;
  }
  return ending;
}
