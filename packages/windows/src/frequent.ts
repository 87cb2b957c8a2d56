import { noteEntered, noteLeft, noteSnapshot } from './levels.ts';
import type { Product, Room } from './room.ts';
import { SOURCE_SHIFT, USER } from './room.ts';
import { type At, count, countProduct, countSource, slotsOf, sourceAt, touchPair, touchUser } from './tally.ts';

/**
 * Effects of the events that come by the thousand, given what was read of them, by whichever parser. Where an event has a
 * user, the id's hash stands in `HASH`.
 */

const KEPT_COMMENTS = 50;

/** `source`: place in `ENTRY_SOURCES`. */
export const enter = (at: At, ts: number, source: number): void => {
  count(at, 'views', 1);
  countSource(at, source, 'views', 1);
  const place = touchUser(at, USER.viewer);
  const { users } = at.room;
  if (place >= 0) users.values[place] = ((users.values[place] as number) & 0xff) | ((source + 1) << SOURCE_SHIFT);
  noteEntered(slotsOf(at.minute), ts);
};

/** Nothing of a departure is told by user. */
export const leave = (at: At, ts: number, watchMs: number): void => {
  count(at, 'leaves', 1);
  count(at, 'watch_ms', watchMs);
  noteLeft(slotsOf(at.minute), ts);
};

export const snapshot = (at: At, ts: number, online: number): void => noteSnapshot(slotsOf(at.minute), ts, online);

export const impress = (at: At, times: number): void => count(at, 'room_impressions', times);

export const comment = (at: At, said: Room['comments'][number]): void => {
  count(at, 'comments', 1);
  touchUser(at, USER.commenter | USER.engaged);
  const { comments } = at.room;
  comments.push(said);
  if (comments.length > KEPT_COMMENTS) comments.shift();
  at.unsaid.comments = Math.min(at.unsaid.comments + 1, KEPT_COMMENTS);
};

export const engage = (at: At, metric: 'likes' | 'shares' | 'new_followers', times: number): void => {
  count(at, metric, times);
  touchUser(at, USER.engaged);
};

/** Leaves `HASH` changed. */
export const show = (at: At, product: Product): void => {
  count(at, 'product_impressions', 1);
  countProduct(at, product, 'product_impressions', 1);
  touchUser(at, USER.impressed);
  touchPair(at, product, USER.impressed, 'impression_users');
};

/** Leaves `HASH` changed. */
export const click = (at: At, product: Product): void => {
  count(at, 'product_clicks', 1);
  countProduct(at, product, 'product_clicks', 1);
  const place = touchUser(at, USER.clicker);
  countSource(at, sourceAt(at.room, place), 'product_clicks', 1);
  touchPair(at, product, USER.clicker, 'click_users');
};
