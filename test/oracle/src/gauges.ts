import type { Effect } from './counts.ts';
import { livedWithin, type Span } from './life.ts';
import { addUp, type Gauge, MINUTE, type RoomEvent } from './types.ts';

const SECOND = 1_000;

function secondOf(ts: number): number {
  return Math.floor(ts / SECOND) * SECOND;
}

/** A level that changes at instants: from `at` on it is `level`. Sorted by `at`. */
export type Step = { at: number; level: number };

/** The level at the end of the second that starts at `second`, or undefined before the first step. */
function levelAt(steps: Step[], second: number): number | undefined {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((steps[middle]?.at ?? 0) < second + SECOND) low = middle + 1;
    else high = middle;
  }
  return steps[low - 1]?.level;
}

/** People in the room, as steps; `sorted` are counted events by (ts, offset). */
export function onlineSteps(sorted: RoomEvent[]): Step[] {
  const steps: Step[] = [];
  const firstSnapshot = sorted.find(({ event }) => event.type === 'audience.snapshot')?.event.ts;
  const firstEntry = sorted.find(({ event }) => event.type === 'viewer.entered')?.event.ts;
  // The second in which the first snapshot lies already ends with that snapshot.
  const until = firstSnapshot === undefined ? Number.POSITIVE_INFINITY : secondOf(firstSnapshot);
  if (firstEntry !== undefined) {
    const moves = new Map<number, number>();
    for (const { event } of sorted) {
      const second = secondOf(event.ts);
      if (second < secondOf(firstEntry) || second >= until) continue;
      if (event.type === 'viewer.entered') moves.set(second, (moves.get(second) ?? 0) + 1);
      if (event.type === 'viewer.left') moves.set(second, (moves.get(second) ?? 0) - 1);
    }
    let level = 0;
    for (const [second, move] of [...moves].sort((a, b) => a[0] - b[0])) {
      level = Math.max(0, level + move);
      steps.push({ at: second, level });
    }
  }
  for (const { event } of sorted) {
    if (event.type === 'audience.snapshot') steps.push({ at: event.ts, level: Number(event.online) });
  }
  return steps;
}

/** Lines created and neither paid nor cancelled, as steps; `effects` are those known so far. */
export function unpaidSteps(effects: Effect[]): Step[] {
  const created = new Map<string, number>();
  const closed = new Map<string, number>();
  for (const { event, created: opened, closed: shut } of effects) {
    for (const line of opened) created.set(line, event.event.ts);
    for (const line of shut) closed.set(line, event.event.ts);
  }
  const moves: [number, number][] = [];
  for (const [line, from] of created) {
    const to = closed.get(line);
    if (to !== undefined && to <= from) continue;
    moves.push([from, 1]);
    if (to !== undefined) moves.push([to, -1]);
  }
  moves.sort((a, b) => a[0] - b[0]);
  const steps: Step[] = [{ at: Number.NEGATIVE_INFINITY, level: 0 }];
  let level = 0;
  for (const [at, move] of moves) {
    level += move;
    steps.push({ at, level });
  }
  return steps;
}

/** The level after all events. */
export function lastLevel(steps: Step[]): number | undefined {
  return steps.at(-1)?.level;
}

/**
 * Samples the seconds of a minute that touch the life; seconds that begin after `until` are not sampled yet.
 * Undefined when there is no sample.
 */
export function sample(steps: Step[], spans: Span[], minute: number, until: number): Gauge | undefined {
  const gauge: Gauge = { sum: 0, n: 0, last: 0, max: 0 };
  for (let second = minute; second < minute + MINUTE; second += SECOND) {
    if (second > until || livedWithin(spans, second, second + SECOND) === 0) continue;
    const level = levelAt(steps, second);
    if (level === undefined) continue;
    gauge.sum = addUp(gauge.sum, level);
    gauge.n += 1;
    gauge.last = level;
    gauge.max = Math.max(gauge.max, level);
  }
  return gauge.n === 0 ? undefined : gauge;
}
