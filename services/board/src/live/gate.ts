import type { RoomEntry } from '@liveboard/client';
import type { Compare, MinuteRow } from '@liveboard/contracts';

/** How long rooms that closed a minute wait for the others, so that all change in one frame, ms. */
const WAIT_MS = 2_000;

/** What of a room changes only when a minute closes. */
export interface Shown {
  readonly compare?: Compare;
  readonly minutes: readonly MinuteRow[];
}

export interface Gate {
  readonly shown: ReadonlyMap<string, Shown>;
  /** Since when a newer minute waits for the slower rooms. */
  readonly since?: number;
}

export const CLOSED: Gate = { shown: new Map() };

const latest = ({ state }: RoomEntry): Shown =>
  state === undefined
    ? { minutes: [] }
    : { minutes: state.minutes, ...(state.compare === undefined ? {} : { compare: state.compare }) };

const minuteOf = (shown: Shown | undefined): number => shown?.compare?.minute ?? Number.NEGATIVE_INFINITY;

/** Lets a newly closed minute through once every moving room has it, or after two seconds. */
export const passGate = (held: Gate, rooms: ReadonlyMap<string, RoomEntry>, now: number): Gate => {
  const moving = [...rooms.values()].filter(({ phase, stale, state }) => phase === 'live' && !stale && state?.compare);
  const newest = Math.max(...moving.map((entry) => minuteOf(latest(entry))));
  const ahead = moving.some((entry) => minuteOf(latest(entry)) > minuteOf(held.shown.get(entry.room_id)));
  const behind = moving.some((entry) => minuteOf(latest(entry)) < newest);
  const since = ahead && behind ? (held.since ?? now) : undefined;
  const waits = since !== undefined && now - since < WAIT_MS;
  const shown = new Map<string, Shown>();
  for (const entry of rooms.values()) {
    const before = held.shown.get(entry.room_id);
    const next = latest(entry);
    const isNewer = minuteOf(next) > minuteOf(before);
    const isFirst = before?.compare === undefined;
    const taken = waits && isNewer && !isFirst ? before : next;
    shown.set(
      entry.room_id,
      before !== undefined && taken.compare === before.compare && taken.minutes === before.minutes ? before : taken,
    );
  }
  return since === undefined ? { shown } : { shown, since };
};
