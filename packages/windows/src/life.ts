import { minuteOf, RULES } from '@liveboard/contracts';

/** `room.started` and `room.ended` of minutes that are not final, in the order in which they were read. */
interface LifePoint {
  readonly ts: number;
  readonly offset: number;
  readonly started: boolean;
  /** A start: minutes before this one were final when it was read, so it takes the place of no implicit span that began in them. */
  readonly finalBefore?: number;
  readonly reason?: string;
}

/** The smallest `(ts, offset)` of a minute's other counted events: all that life needs to know of them. */
interface Activity {
  readonly ts: number;
  readonly offset: number;
}

/** A stretch of life, half-open; `close` absent: open. */
export interface Span {
  open: number;
  close?: number;
  implicit: boolean;
  reason?: string;
}

/** Life as settled by the final minutes. */
interface Settled {
  /** Opening of the first span ever. */
  first?: number;
  /** The newest span. */
  last?: Span;
  /** A `room.ended` was the newest of start and end: only a start opens now. */
  ended: boolean;
  /** The last minute with a counted event. */
  active?: number;
}

export interface Life {
  settled: Settled;
  points: LifePoint[];
  /** minute → its earliest ordinary event, for minutes that are not final. */
  activity: Map<number, Activity>;
  /** A `room.ended` that was read after its span was final; voided by a new span. */
  correction?: { readonly open: number; readonly ts: number; readonly reason?: string };
}

/** Life as all counted events of now have it. `spans` are those that may touch minutes that are not final. */
export interface LifeView {
  readonly spans: readonly Span[];
  readonly first: number | undefined;
  readonly last: Span | undefined;
}

export const createLife = (): Life => ({ settled: { ended: false }, points: [], activity: new Map() });

const silentAt = (active: number): number => active + RULES.minuteMs * (1 + RULES.silenceMinutes);

interface Step {
  readonly ts: number;
  readonly offset: number;
  readonly point?: LifePoint;
}

/** What happened before `to`, in order. */
const stepsOf = (life: Life, to: number): Step[] => {
  const steps: Step[] = [];
  for (const point of life.points) if (point.ts < to) steps.push({ ts: point.ts, offset: point.offset, point });
  for (const [minute, { ts, offset }] of life.activity) if (minute < to) steps.push({ ts, offset });
  return steps.sort((a, b) => a.ts - b.ts || a.offset - b.offset);
};

/** Closes an open span that fell silent before `ts`. */
const hush = (state: Settled, ts: number): void => {
  if (state.last === undefined || state.last.close !== undefined || state.active === undefined) return;
  const at = silentAt(state.active);
  if (ts < at) return;
  state.last.close = at;
  state.last.reason = 'silent';
};

const open = (state: Settled, ts: number, implicit: boolean, opened: Span[]): Span => {
  const span: Span = { open: ts, implicit };
  state.last = span;
  state.first ??= ts;
  state.ended = false;
  opened.push(span);
  return span;
};

const step = (state: Settled, { ts, point }: Step, opened: Span[]): void => {
  hush(state, ts);
  const last = state.last;
  const isOpen = last !== undefined && last.close === undefined;
  if (point === undefined) {
    if (!isOpen && !state.ended) open(state, ts, true, opened);
  } else if (point.started) {
    if (!isOpen) open(state, ts, false, opened);
    else if (last.implicit && last.open >= (point.finalBefore ?? 0)) {
      // The implicit span never was: what came before the start lies outside life.
      if (state.first === last.open) state.first = ts;
      last.open = ts;
      last.implicit = false;
    }
  } else {
    // As any counted event does, an end opens a span before the first one and after a silence: an empty one.
    const closing = isOpen ? last : state.ended ? undefined : open(state, ts, true, opened);
    if (closing !== undefined) {
      closing.close = ts;
      if (point.reason !== undefined) closing.reason = point.reason;
    }
    state.ended = true;
  }
  const minute = minuteOf(ts);
  if (state.active === undefined || minute > state.active) state.active = minute;
};

const copySettled = (settled: Settled): Settled => ({
  ...settled,
  ...(settled.last === undefined ? {} : { last: { ...settled.last } }),
});

/** Folds all that is known, at stream time `now`. */
export const viewLife = (life: Life, now: number | undefined): LifeView => {
  const state = copySettled(life.settled);
  const spans: Span[] = state.last === undefined ? [] : [state.last];
  for (const each of stepsOf(life, Number.POSITIVE_INFINITY)) step(state, each, spans);
  if (now !== undefined) hush(state, now);
  return { spans, first: state.first, last: state.last };
};

/** The first minute that is not final at stream time `now`. */
export const firstOpenMinute = (now: number | undefined): number =>
  now === undefined ? 0 : minuteOf(now - RULES.graceMs);

/** Settles the events of a minute that became final. */
export const settleMinute = (life: Life, minute: number): void => {
  const end = minute + RULES.minuteMs;
  for (const each of stepsOf(life, end)) step(life.settled, each, []);
  life.activity.delete(minute);
  if (life.points.length > 0) life.points = life.points.filter(({ ts }) => ts >= end);
};

const isSameSpan = (a: Span | undefined, b: Span | undefined): boolean =>
  a?.open === b?.open && a?.close === b?.close && a?.implicit === b?.implicit && a?.reason === b?.reason;

const isSameView = (a: LifeView, b: LifeView): boolean =>
  a.first === b.first && a.spans.length === b.spans.length && a.spans.every((span, i) => isSameSpan(span, b.spans[i]));

/** Notes an ordinary counted event; true where life, at stream time `now`, is another by it. */
export const noteActivity = (life: Life, ts: number, offset: number, now?: number): boolean => {
  const minute = minuteOf(ts);
  const held = life.activity.get(minute);
  if (held !== undefined && (held.ts < ts || (held.ts === ts && held.offset <= offset))) return false;
  const before = viewLife(life, now);
  life.activity.set(minute, { ts, offset });
  return !isSameView(before, viewLife(life, now));
};

/** Whether any instant, and whether every instant, of a minute lies in life. */
export const minuteInLife = (spans: readonly Span[], minute: number): { inLife: boolean; whole: boolean } => {
  const end = minute + RULES.minuteMs;
  let reached = minute;
  let inLife = false;
  for (const { open: from, close = Number.POSITIVE_INFINITY } of spans) {
    if (from >= end || close <= minute || close <= from) continue;
    inLife = true;
    if (from <= reached && close > reached) reached = close;
  }
  return { inLife, whole: reached >= end };
};

/** Whether the second that begins at `start` touches life. */
export const secondInLife = (spans: readonly Span[], start: number): boolean => {
  for (const { open: from, close = Number.POSITIVE_INFINITY } of spans)
    if (from < start + 1_000 && close > start && close > from) return true;
  return false;
};
