import { byTime, isFinal, MINUTE, minuteOf, type RoomEvent, SILENCE_MINUTES } from './types.ts';

/** One stretch of a room's life, [open, end); an open one has no `end`. */
export type Span = { open: number; implicit: boolean; end?: number; reason?: string };

function silentEnd(lastMinute: number): number {
  return lastMinute + (1 + SILENCE_MINUTES) * MINUTE;
}

/**
 * The spans of a room from counted events sorted by (ts, offset), at stream time `time`.
 * A silence between two events is judged by their minutes, the one after the last event by stream time.
 */
export function spansOf(sorted: RoomEvent[], time: number | undefined): Span[] {
  const spans: Span[] = [];
  let open: Span | undefined;
  let ended = false;
  let lastMinute = 0;
  for (const { before, event } of sorted) {
    const minute = minuteOf(event.ts);
    if (open !== undefined && minute >= silentEnd(lastMinute)) {
      open.end = silentEnd(lastMinute);
      open.reason = 'silent';
      open = undefined;
    }
    if (event.type === 'room.started') {
      // Judged once, with stream time before the start was read: final minutes keep their span.
      if (open?.implicit && !isFinal(minuteOf(open.open), before)) {
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
export function endingOf(spans: Span[], counted: RoomEvent[], ends: RoomEvent[]): Ending {
  const last = spans.at(-1);
  if (last?.end === undefined) return {};
  const ending: Ending = { ended_at: last.end };
  if (last.reason !== undefined) ending.reason = last.reason;
  for (const end of ends) {
    if (end.event.ts < last.open) continue;
    const known = counted.filter((event) => event.offset < end.offset).sort(byTime);
    const then = spansOf(known, end.before).at(-1);
    if (then?.end === undefined || then.open !== last.open) continue;
    const lastMinute = minuteOf(Math.max(then.open, then.end - 1));
    if (!isFinal(lastMinute, end.before)) continue;
    ending.ended_at = end.event.ts;
    delete ending.reason;
    if (typeof end.event.reason === 'string') ending.reason = end.event.reason;
  }
  return ending;
}
