import { type MinuteRow, minuteOf, RULES } from '@liveboard/contracts';
import { buildRow, levelAt, openMinutes } from './build.ts';
import { type Comparable, compareMinute, peakOf } from './compare.ts';
import { headlineOf, settleProducts } from './headline.ts';
import { passMinute } from './levels.ts';
import { type LifeView, minuteInLife, type Span, settleMinute, viewLife } from './life.ts';
import { type Minute, minuteFor, type Peak, type Room, type Unsaid } from './room.ts';

/** Rows remembered beyond the sixty that are published, so that the oldest open minute still sees its whole hour. */
const REMEMBERED_ROWS = RULES.keptRows + 4;

/** Where a row goes that was closed or became final at this very record. */
export type Announce = (row: MinuteRow) => void;

const comparableAt =
  (room: Room) =>
  (minute: number): Comparable | undefined => {
    const open = room.minutes.get(minute);
    if (open !== undefined) {
      if (open.row === undefined) return undefined;
      return {
        row: open.row,
        whole: open.whole,
        ...(open.candidate === undefined ? {} : { candidate: open.candidate }),
      };
    }
    for (let i = room.kept.length - 1; i >= 0; i--) {
      const kept = room.kept[i] as Comparable;
      if (kept.row.minute === minute) return kept;
      if (kept.row.minute < minute) return undefined;
    }
    return undefined;
  };

/** Peaks of the closed and final rows of minutes in [from, to). */
const peaksIn =
  (room: Room) =>
  (from: number, to: number): Peak[] => {
    const isWithin = ({ minute }: { readonly minute: number }): boolean => minute >= from && minute < to;
    const rows = [...room.kept, ...room.minutes.values()].flatMap(({ row }) => (row === undefined ? [] : [row]));
    return [...room.past.filter(isWithin), ...rows.filter(isWithin).map(peakOf)];
  };

const spanOf = (spans: readonly Span[], minute: number): Span | undefined =>
  spans.findLast(({ open, close = Number.POSITIVE_INFINITY }) => open <= minute && close > minute);

/** Computes a closed minute's row anew. Returns whether it differs from what it was. */
const refresh = (room: Room, minute: Minute, view: LifeView, rev: number): boolean => {
  const whole = minuteInLife(view.spans, minute.minute).whole;
  const before = minute.row;
  const level = levelAt(room, minute.minute);
  const bare = buildRow(room, minute, view.spans, level, 'closed', before?.rev ?? rev, Number.POSITIVE_INFINITY);
  minute.whole = whole;
  delete minute.candidate;
  let row: MinuteRow = bare;
  if (whole) {
    const opening = spanOf(view.spans, minute.minute)?.open ?? minute.minute;
    const { compare, candidate } = compareMinute({
      row: bare,
      opening,
      at: comparableAt(room),
      peaks: peaksIn(room),
      headline: (metrics, base) => headlineOf(room, bare, metrics, base),
    });
    row = { ...bare, compare };
    minute.candidate = candidate;
  }
  if (before !== undefined && JSON.stringify(before) === JSON.stringify(row)) return false;
  minute.row = before === undefined ? row : { ...row, rev };
  return true;
};

/** An empty minute has a row where it lies in life and one of the ten minutes before had a counted event. */
const deservesZeros = (room: Room, view: LifeView, minute: number): boolean => {
  if (!minuteInLife(view.spans, minute).inLife) return false;
  let active = room.life.settled.active;
  for (const each of room.minutes.values())
    if (each.events > 0 && each.minute < minute && (active === undefined || each.minute > active)) active = each.minute;
  return active !== undefined && active < minute && active >= minute - RULES.silenceMinutes * RULES.minuteMs;
};

/** Brings all closed minutes that are not final up to date after an event of one of them, or after a change of life. */
export const revise = (room: Room, unsaid: Unsaid, streamTime: number, offset: number, append: number): void => {
  const now = minuteOf(streamTime);
  const view = viewLife(room.life, streamTime);
  for (let minute = now - RULES.graceMs; minute < now; minute += RULES.minuteMs) {
    let held = room.minutes.get(minute);
    if (held === undefined || (held.row === undefined && held.events === 0)) {
      if (!deservesZeros(room, view, minute)) continue;
      held = minuteFor(room, minute);
    }
    if (!refresh(room, held, view, offset)) continue;
    unsaid.minutes.add(minute);
    unsaid.revised.set(minute, append);
    unsaid.compare = true;
  }
};

const close = (room: Room, unsaid: Unsaid, view: LifeView, minute: number, offset: number): MinuteRow | undefined => {
  const held = room.minutes.get(minute) ?? (deservesZeros(room, view, minute) ? minuteFor(room, minute) : undefined);
  if (held === undefined || held.row !== undefined) return undefined;
  if (held.events === 0 && !deservesZeros(room, view, minute)) {
    // Only a closing line's slot made it: the minute itself has nothing to show.
    return undefined;
  }
  refresh(room, held, view, offset);
  unsaid.minutes.add(minute);
  unsaid.compare = true;
  return held.row;
};

const finalise = (room: Room, unsaid: Unsaid, held: Minute, offset: number): MinuteRow | undefined => {
  passMinute(room.level, held.slots);
  settleMinute(room.life, held.minute);
  settleProducts(room, held.minute);
  room.minutes.delete(held.minute);
  if (held.row === undefined) return undefined;
  const row: MinuteRow = { ...held.row, state: 'final', rev: offset };
  if (row.online !== undefined) {
    room.acuSum += row.online.sum;
    room.acuN += row.online.n;
    room.pcu = Math.max(room.pcu ?? 0, row.online.max);
  }
  room.kept.push({ row, whole: held.whole, ...(held.candidate === undefined ? {} : { candidate: held.candidate }) });
  if (room.kept.length + room.past.length > REMEMBERED_ROWS) (room.past.length > 0 ? room.past : room.kept).shift();
  unsaid.minutes.add(held.minute);
  return row;
};

/**
 * Stream time entered another minute: closes and finalises the room's minutes in order. `announce` gets each row at the
 * moment of its change. Returns whether anything of the room changed.
 */
export const advanceRoom = (
  room: Room,
  unsaid: Unsaid,
  from: number | undefined,
  to: number,
  offset: number,
  announce: Announce,
): boolean => {
  const now = minuteOf(to);
  const view = viewLife(room.life, to);
  // Events may have come before their minute began to run.
  let changed = room.minutes.has(now);
  const open = openMinutes(room);
  const first = Math.min(open[0]?.minute ?? now, from === undefined ? now : minuteOf(from));
  const active = room.active ?? first;
  // Beyond ten minutes after the last event no minute has a row.
  const until = Math.min(now, Math.max(active + (RULES.silenceMinutes + 1) * RULES.minuteMs, first));
  const step = (row: MinuteRow | undefined): void => {
    if (row === undefined) return;
    changed = true;
    announce(row);
  };
  const dueClose = new Set<number>();
  for (let minute = first; minute < until; minute += RULES.minuteMs) dueClose.add(minute);
  for (const { minute } of open) if (minute < now) dueClose.add(minute);
  for (const minute of [...dueClose].sort((a, b) => a - b)) step(close(room, unsaid, view, minute, offset));
  for (const held of openMinutes(room))
    if (held.minute + RULES.minuteMs + RULES.graceMs <= to) step(finalise(room, unsaid, held, offset));
  const silent = view.last?.close !== undefined && view.last.reason === 'silent';
  if (silent && from !== undefined && (view.last?.close as number) > from) {
    changed = true;
    unsaid.infoDirty = true;
  }
  return changed;
};

/** Whether a room's memory is due to be dropped at stream time `now`. */
export const isForgotten = (room: Room, now: number): boolean => {
  const since = room.active === undefined ? minuteOf(room.met) : room.active;
  return now >= since + RULES.minuteMs + RULES.memoryMinutes * RULES.minuteMs;
};

/** Puts rows away that are no longer kept in detail; readers have been told of them by now. */
export const putAway = ({ kept, past }: Room): void => {
  for (const { row } of kept.splice(0, Math.max(0, kept.length - RULES.detailedRows)))
    past.push({ minute: row.minute, ...peakOf(row), text: JSON.stringify({ ...row, products: [], sources: [] }) });
};
