import {
  type ChannelMessage,
  type Compare,
  type LiveState,
  type MinuteMetricId,
  type MinuteRow,
  RULES,
} from '@liveboard/contracts';
import type { RoomWrite } from '@liveboard/live-store';
import type { RoomChange } from '@liveboard/windows';
import { mergePatch } from './patch.ts';

const CARD_EVERY_MS = 5_000;
const KEPT_S = 86_400;
/** A sample: at most five comments a second of a room reach readers. */
const COMMENT_EVERY_MS = 200;
const CARD_METRICS = [
  'online',
  'items_sold',
  'paid_orders',
  'product_clicks',
  'created_orders',
  'product_impressions',
  'gmv',
  'comments',
] as const satisfies readonly MinuteMetricId[];

/** What a room's hash holds whole, so that a change of one entry can be written. */
interface Held {
  live?: LiveState;
  products: Map<string, unknown>;
  sources: Map<string, unknown>;
  catalog: Map<string, unknown>;
  markers: unknown[];
  comments: unknown[];
  compare?: Compare;
  cardAt: number;
  commentAt: number;
}

const cardOf = (live: LiveState, compare: Compare | undefined): string => {
  const metrics = Object.fromEntries(
    CARD_METRICS.flatMap((id) => {
      const value = live.totals?.[id];
      return value === undefined || !live.room.available.includes(id) ? [] : [[id, value]];
    }),
  );
  // For sorting alone; no reader is shown it.
  const viewers = live.totals?.viewers;
  if (compare === undefined) return JSON.stringify({ ...live.room, metrics, viewers });
  const compared = Object.fromEntries(
    CARD_METRICS.flatMap((id) => (compare.metrics[id] === undefined ? [] : [[id, compare.metrics[id]]])),
  );
  const { state, pulse } = compare;
  return JSON.stringify({ ...live.room, metrics, viewers, compare: { ...compare, metrics: compared }, state, pulse });
};

const createHeld = (): Held => ({
  products: new Map(),
  sources: new Map(),
  catalog: new Map(),
  markers: [],
  comments: [],
  cardAt: 0,
  commentAt: 0,
});

/** A whole room's older rows have lost their products and sources: where Redis has them, it has them better. */
const rowsToWrite = ({ full, minutes }: RoomChange, intact: number): readonly MinuteRow[] =>
  full ? minutes.filter(({ rev }, i) => rev > intact || i >= minutes.length - RULES.detailedRows) : minutes;

/** Turns changes of the core into what Redis is told of a room. Holds what it said last, so that a patch can be made. */
export interface Publisher {
  /**
   * `intact`: Redis holds all of the room's rows up to this revision; those that are no longer kept in detail are left as they
   * are there.
   */
  writeOf(change: RoomChange, intact?: number): RoomWrite;
  forget(rooms: readonly string[]): void;
}

export const createPublisher = (generation: number, now: () => number): Publisher => {
  const rooms = new Map<string, Held>();

  const fold = (held: Held, change: RoomChange): void => {
    if (change.full) {
      held.products.clear();
      held.sources.clear();
      held.catalog.clear();
      held.markers = [];
      held.comments = [];
    }
    for (const row of change.products) held.products.set(row.product_id, row);
    for (const row of change.sources) held.sources.set(row.source, row);
    for (const item of change.catalog) held.catalog.set(item.product_id, item);
    held.markers = [...held.markers, ...change.markers].slice(-200);
    held.comments = [...held.comments, ...change.comments].slice(-50);
    if (change.compare !== undefined) held.compare = change.compare;
  };

  const messagesOf = (held: Held, change: RoomChange, known: boolean): string[] => {
    const { live, rev, prev } = change;
    const set = known ? mergePatch(held.live, live) : live;
    const update: ChannelMessage = {
      kind: 'update',
      generation,
      rev,
      room_id: change.room_id,
      ...(known && prev !== undefined ? { prev } : {}),
      ...(set === undefined ? {} : { set: set as Record<string, unknown> }),
      ...(change.products.length > 0 ? { products: change.products } : {}),
      ...(change.catalog.length > 0 ? { catalog: change.catalog } : {}),
      ...(change.sources.length > 0 ? { sources: change.sources } : {}),
      ...(change.minutes.length > 0 ? { minutes: known ? change.minutes : change.minutes.slice(-5) } : {}),
      ...(change.markers.length > 0 ? { markers: change.markers } : {}),
      ...(change.compare === undefined ? {} : { compare: change.compare }),
    };
    const messages = [JSON.stringify(update)];
    const comment = known ? change.comments.at(-1) : undefined;
    if (comment === undefined || now() - held.commentAt < COMMENT_EVERY_MS) return messages;
    held.commentAt = now();
    messages.push(JSON.stringify({ kind: 'comments', items: [comment] } satisfies ChannelMessage));
    return messages;
  };

  const writeOf = (change: RoomChange, intact = -1): RoomWrite => {
    let held = rooms.get(change.room_id);
    const known = held?.live !== undefined && !change.full;
    if (held === undefined) {
      held = createHeld();
      rooms.set(change.room_id, held);
    }
    const messages = messagesOf(held, change, known);
    const { live } = change;
    fold(held, change);
    const ended = held.live?.room.status !== live.room.status;
    held.live = live;
    const at = now();
    const due = change.full || ended || at - held.cardAt >= CARD_EVERY_MS;
    if (due) held.cardAt = at;
    const whole: Record<string, unknown> = {
      info: live.room,
      totals: live.totals,
      pinned: live.pinned,
      now: live.now,
      health: live.health,
      compare: held.compare,
      ...(change.products.length > 0 || change.full ? { products: [...held.products.values()] } : {}),
      ...(change.sources.length > 0 || change.full ? { sources: [...held.sources.values()] } : {}),
      ...(change.catalog.length > 0 || change.full ? { catalog: [...held.catalog.values()] } : {}),
      ...(change.markers.length > 0 || change.full ? { markers: held.markers } : {}),
      ...(change.comments.length > 0 || change.full ? { comments: held.comments } : {}),
      ...Object.fromEntries(rowsToWrite(change, intact).map((row) => [`m:${row.minute}`, row])),
    };
    const entries = Object.entries(whole);
    return {
      room_id: change.room_id,
      fields: {
        rev: String(change.rev),
        generation: String(generation),
        ...Object.fromEntries(
          entries.filter(([, value]) => value !== undefined).map(([key, value]) => [key, JSON.stringify(value)]),
        ),
      },
      forgotten: [
        ...entries.filter(([, value]) => value === undefined).map(([key]) => key),
        ...change.forgotten.map((minute) => `m:${minute}`),
      ],
      ...(due ? { card: cardOf(live, held.compare) } : {}),
      ttl: KEPT_S,
      messages,
    };
  };

  return {
    writeOf,
    forget: (gone) => {
      for (const room of gone) rooms.delete(room);
    },
  };
};
