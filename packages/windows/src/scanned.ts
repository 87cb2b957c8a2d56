import { murmur2 } from '@liveboard/contracts';
import { click, comment, engage, enter, impress, leave, show, snapshot } from './frequent.ts';
import { hashBytes } from './hash.ts';
import type { Product, Room } from './room.ts';
import { F, SCAN } from './scan.ts';
import type { Seat } from './seat.ts';
import { type At, productOf } from './tally.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Hashes a scanned field within a room into `HASH`. */
export const hashScanned = ({ seed }: Room, field: number): void =>
  hashBytes(
    SCAN.bytes,
    SCAN.start[field] as number,
    SCAN.end[field] as number,
    seed[0] as number,
    seed[1] as number,
    seed[2] as number,
    seed[3] as number,
  );

const textOf = (field: number): string =>
  decoder.decode(SCAN.bytes.subarray(SCAN.start[field] as number, SCAN.end[field] as number));

const productOfScan = ({ room, products }: Seat): Product => {
  const start = SCAN.start[F.product_id] as number;
  const end = SCAN.end[F.product_id] as number;
  const found = products.find(murmur2(SCAN.bytes, start, end), SCAN.bytes, start, end);
  if (found !== undefined) return found;
  const id = textOf(F.product_id);
  const product = productOf(room, id);
  products.put(id, product);
  return product;
};

/** The event in `SCAN` takes effect. */
export const applyScanned = (at: At, seat: Seat): void => {
  const { room } = at;
  const { type, ts, amount } = SCAN;
  switch (type) {
    case 'viewer.entered':
      hashScanned(room, F.user_id);
      enter(at, ts, SCAN.source);
      break;
    case 'viewer.left':
      leave(at, ts, amount);
      break;
    case 'audience.snapshot':
      snapshot(at, ts, amount);
      break;
    case 'room.impression':
      impress(at, amount);
      break;
    case 'comment.posted': {
      hashScanned(room, F.user_id);
      const hasOwnId = (SCAN.texts & (1 << F.comment_id)) !== 0;
      comment(at, { id: textOf(hasOwnId ? F.comment_id : F.id), user_id: textOf(F.user_id), text: textOf(F.text), ts });
      break;
    }
    case 'like.sent':
      hashScanned(room, F.user_id);
      engage(at, 'likes', amount);
      break;
    case 'share.sent':
      hashScanned(room, F.user_id);
      engage(at, 'shares', 1);
      break;
    case 'follow.created':
      hashScanned(room, F.user_id);
      engage(at, 'new_followers', 1);
      break;
    case 'product.impression':
    case 'product.clicked': {
      const product = productOfScan(seat);
      hashScanned(room, F.user_id);
      if (type === 'product.clicked') click(at, product);
      else show(at, product);
      break;
    }
  }
};
