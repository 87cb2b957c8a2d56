import { type Compare, type LiveState, type MinuteRow, mergePatchText, RULES } from '@liveboard/contracts';
import type { RoomWrite } from '@liveboard/live-store';
import type { RoomChange } from '@liveboard/windows';
import { cardOf } from './card.ts';

const CARD_EVERY_MS = 5_000;
const KEPT_S = 86_400;
const KEPT_MARKERS = 200;
const KEPT_COMMENTS = 50;
/** Newest rows in the first message of a room. */
const FIRST_ROWS = 5;
/** A sample: at most five comments a second of a room reach readers. */
const COMMENT_EVERY_MS = 200;

/** Fields of a room's hash that hold the parts of its live state. */
const PARTS = [
  ['room', 'info'],
  ['totals', 'totals'],
  ['pinned', 'pinned'],
  ['now', 'now'],
  ['health', 'health'],
] as const satisfies readonly (readonly [keyof LiveState, string])[];

/** What Redis was told of a room: the live state, and each entry of its lists as text, so that only changes are made anew. */
interface Held {
  live?: LiveState;
  readonly products: Map<string, string>;
  readonly sources: Map<string, string>;
  readonly catalog: Map<string, string>;
  markers: string[];
  comments: string[];
  compare?: Compare;
  cardAt: number;
  commentAt: number;
}

const createHeld = (): Held => ({
  products: new Map(),
  sources: new Map(),
  catalog: new Map(),
  markers: [],
  comments: [],
  cardAt: 0,
  commentAt: 0,
});

const listOf = (texts: Iterable<string>): string => `[${[...texts].join(',')}]`;
const textOf = (value: object): string => JSON.stringify(value);

/** Writes changed entries into `held`; returns their texts. */
const keep = <T extends object>(held: Map<string, string>, changed: readonly T[], idOf: (item: T) => string) =>
  changed.map((item) => {
    const text = textOf(item);
    held.set(idOf(item), text);
    return text;
  });

/** A whole room's older rows have lost their products and sources: where Redis has them, it has them better. */
const isToWrite = ({ full, minutes }: RoomChange, { rev }: MinuteRow, at: number, intact: number): boolean =>
  !full || rev > intact || at >= minutes.length - RULES.detailedRows;

/** Turns changes of the core into what Redis is told of a room. Holds what it said last, so that only changes are said. */
export interface Publisher {
  /**
   * Of a change that is not `full`, only the fields that changed: all earlier writes must have reached Redis.
   * `intact`: Redis holds all of the room's rows up to this revision; those that are no longer kept in detail are left as they
   * are there.
   */
  writeOf(change: RoomChange, intact?: number): RoomWrite;
  forget(rooms: readonly string[]): void;
}

export const createPublisher = (generation: number, now: () => number): Publisher => {
  const rooms = new Map<string, Held>();

  const writeOf = (change: RoomChange, intact = -1): RoomWrite => {
    const { room_id, live, full, minutes } = change;
    const said = rooms.get(room_id);
    const held = said === undefined || full ? createHeld() : said;
    rooms.set(room_id, held);
    const before = held.live;
    const at = now();
    const fields: Record<string, string> = { rev: String(change.rev) };
    const forgotten = change.forgotten.map((minute) => `m:${minute}`);
    const prev = before === undefined || change.prev === undefined ? '' : `,"prev":${change.prev}`;
    let message = `{"kind":"update","generation":${generation},"rev":${change.rev},"room_id":${JSON.stringify(room_id)}${prev}`;

    let set = '';
    for (const [part, field] of PARTS) {
      const value = live[part];
      const was = before?.[part];
      if (value === undefined) {
        if (was === undefined && before !== undefined) continue;
        forgotten.push(field);
        if (was !== undefined) set += `,"${part}":null`;
        continue;
      }
      const patch = was === undefined ? textOf(value) : mergePatchText(was, value);
      if (patch === undefined) continue;
      fields[field] = was === undefined ? patch : textOf(value);
      set += `,"${part}":${patch}`;
    }
    if (set !== '') message += `,"set":{${set.slice(1)}}`;

    /** A list of the hash is written where an entry changed, a whole room's even where it is empty; the message has the changes. */
    const say = (field: string, changed: readonly string[], all: Iterable<string>, isSaid = true): void => {
      if (changed.length > 0 || full) fields[field] = listOf(all);
      if (changed.length > 0 && isSaid) message += `,"${field}":${listOf(changed)}`;
    };
    say(
      'products',
      keep(held.products, change.products, (row) => row.product_id),
      held.products.values(),
    );
    say(
      'sources',
      keep(held.sources, change.sources, (row) => row.source),
      held.sources.values(),
    );
    say(
      'catalog',
      keep(held.catalog, change.catalog, (item) => item.product_id),
      held.catalog.values(),
    );
    const markers = change.markers.map(textOf);
    if (markers.length > 0) held.markers = [...held.markers, ...markers].slice(-KEPT_MARKERS);
    say('markers', markers, held.markers);
    const comments = change.comments.map(textOf);
    if (comments.length > 0) held.comments = [...held.comments, ...comments].slice(-KEPT_COMMENTS);
    say('comments', comments, held.comments, false);

    const rows = minutes.map(textOf);
    let whole = full;
    for (const [i, row] of minutes.entries())
      if (isToWrite(change, row, i, intact)) fields[`m:${row.minute}`] = rows[i] as string;
      else whole = false;
    if (rows.length > 0) message += `,"minutes":${listOf(before === undefined ? rows.slice(-FIRST_ROWS) : rows)}`;
    if (change.compare !== undefined) {
      held.compare = change.compare;
      fields.compare = textOf(change.compare);
      message += `,"compare":${fields.compare}`;
    } else if (full) forgotten.push('compare');

    const messages = [`${message}}`];
    const comment = before === undefined ? undefined : comments.at(-1);
    if (comment !== undefined && at - held.commentAt >= COMMENT_EVERY_MS) {
      held.commentAt = at;
      messages.push(`{"kind":"comments","items":[${comment}]}`);
    }
    const due = full || before?.room.status !== live.room.status || at - held.cardAt >= CARD_EVERY_MS;
    if (due) held.cardAt = at;
    held.live = live;
    return {
      room_id,
      whole,
      fields,
      forgotten,
      ...(due ? { card: cardOf(live, held.compare) } : {}),
      ttl: due ? KEPT_S : 0,
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
