import type { Feed, Link, RoomEntry } from '@liveboard/client';
import type { DegradedReason } from '@liveboard/contracts';
import { CLOSED, type Gate, passGate, type Shown } from './gate.ts';

/** A room as it is on the screen. */
export interface Lane {
  readonly entry: RoomEntry;
  readonly shown: Shown;
}

/** All that is on the screen at one instant (`at`, server time in ms). */
export interface Picture {
  readonly at: number;
  readonly link: Link;
  /** When the server was last heard, server time, ms. */
  readonly heardAt: number;
  readonly degraded: ReadonlySet<DegradedReason>;
  readonly rooms: ReadonlyMap<string, Lane>;
  /** Server time at which the picture was frozen. */
  readonly pausedAt?: number;
}

export interface Painter {
  readonly picture: Picture;
  onPaint(listener: () => void): () => void;
  pause(): void;
  resume(): void;
  close(): void;
}

export type Rate = 'quarter' | 'second' | 'minute';
const EVERY_MS: Readonly<Record<Rate, number>> = { quarter: 250, second: 1_000, minute: 1_000 };

/**
 * Folds the feed into pictures: at most four a second, each in one animation frame. A hidden page has no frames, so it
 * does not paint; the feed below goes on receiving and acknowledging.
 */
export const createPainter = (feed: Feed, rate: () => Rate): Painter => {
  const listeners = new Set<() => void>();
  let gate: Gate = CLOSED;
  let paintedAt = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let frame: number | undefined;
  let pausedAt: number | undefined;

  const look = (): Picture => {
    const at = feed.serverNow();
    const rooms = new Map<string, Lane>();
    for (const [id, entry] of feed.rooms) {
      const shown = gate.shown.get(id) ?? { minutes: [] };
      const before = picture?.rooms.get(id);
      rooms.set(id, before?.entry === entry && before.shown === shown ? before : { entry, shown });
    }
    return {
      at,
      link: feed.link,
      heardAt: at - (Date.now() - feed.heardAt),
      degraded: new Set(feed.degraded),
      rooms,
    };
  };
  let picture: Picture | undefined;
  picture = look();

  const tell = (): void => {
    for (const listener of listeners) listener();
  };

  const paint = (): void => {
    frame = undefined;
    paintedAt = performance.now();
    const before = gate;
    gate = passGate(gate, feed.rooms, feed.serverNow());
    const moved = [...gate.shown].some(([id, { compare }]) => before.shown.get(id)?.compare !== compare);
    const held = picture;
    const isCalm = rate() === 'minute' && !moved && held?.link === feed.link && held.rooms.size === feed.rooms.size;
    if (isCalm && held !== undefined && [...held.rooms.values()].every(({ entry }) => entry.state !== undefined))
      return;
    picture = look();
    tell();
    if (gate.since !== undefined) ask();
  };

  const ask = (): void => {
    if (pausedAt !== undefined || timer !== undefined || frame !== undefined) return;
    const wait = Math.max(0, paintedAt + EVERY_MS[rate()] - performance.now());
    timer = setTimeout(() => {
      timer = undefined;
      if (pausedAt === undefined) frame = requestAnimationFrame(paint);
    }, wait);
  };

  /** What must not wait for the viewer: numbers that may no longer be looked at. */
  const withdraw = (): void => {
    if (picture === undefined || pausedAt === undefined) return;
    const over = [...picture.rooms].filter(([id, { entry }]) => {
      const now = feed.rooms.get(id);
      return entry.phase !== 'gone' && (now === undefined || now.phase === 'gone');
    });
    if (over.length === 0) return;
    const rooms = new Map(picture.rooms);
    for (const [id] of over) {
      const entry = feed.rooms.get(id);
      if (entry === undefined) rooms.delete(id);
      else rooms.set(id, { entry, shown: { minutes: [] } });
    }
    picture = { ...picture, rooms };
    tell();
  };

  const off = feed.onChange(() => {
    withdraw();
    ask();
  });
  return {
    get picture() {
      return picture as Picture;
    },
    onPaint: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    pause: () => {
      if (pausedAt !== undefined) return;
      pausedAt = feed.serverNow();
      picture = { ...look(), pausedAt };
      tell();
    },
    resume: () => {
      pausedAt = undefined;
      paintedAt = Number.NEGATIVE_INFINITY;
      ask();
    },
    close: () => {
      off();
      clearTimeout(timer);
      if (frame !== undefined) cancelAnimationFrame(frame);
    },
  };
};
