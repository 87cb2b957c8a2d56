import { jsonBytes, utf8 } from './wire.ts';

/** Why a record must be refused, as the event contract names it. */
export type RefusalReason =
  | 'empty'
  | 'too_large'
  | 'bad_utf8'
  | 'bad_json'
  | 'bad_envelope'
  | 'unknown_version'
  | 'unknown_type'
  | 'bad_field'
  | 'future';

/** A way to break a record. */
export interface Malformed {
  name: string;
  reason: RefusalReason;
  /** The broken bytes; `null` is a tombstone. */
  build(room_id: string, ts: number, id: string): Uint8Array | null;
}

const MAX_VALUE_BYTES = 65_536;
const HOUR_MS = 3_600_000;

type Fields = Record<string, unknown>;

/** A valid event of `type` with `fields` put over it; a field of undefined is left out. */
const variant = (name: string, reason: RefusalReason, type: string, fields: Fields): Malformed => ({
  name,
  reason,
  build: (room_id, ts, id) => jsonBytes({ v: 1, id, type, room_id, ts, ...VALID[type], ...fields }),
});
const text = (
  name: string,
  reason: RefusalReason,
  write: (room: string, ts: number, id: string) => string,
): Malformed => ({
  name,
  reason,
  build: (room_id, ts, id) => utf8(write(room_id, ts, id)),
});

const item: Fields = { product_id: 'p1', quantity: 1, amount_minor: 100 };
const order: Fields = { order_id: 'bad-1', user_id: 'u-1', items: [item] };
const VALID: Readonly<Record<string, Fields>> = {
  'room.started': {
    account_id: 'acct-sim-1',
    handle: '@x',
    name: 'X',
    title: '',
    currency: 'IDR',
    timezone: 'Asia/Jakarta',
  },
  'viewer.entered': { user_id: 'u-1', source: 'for_you' },
  'viewer.left': { user_id: 'u-1', watch_ms: 1 },
  'audience.snapshot': { online: 1 },
  'room.impression': { count: 1 },
  'comment.posted': { user_id: 'u-1', text: 'x' },
  'like.sent': { user_id: 'u-1', count: 1 },
  'product.listed': { product_id: 'p1', title: 'x', price_minor: 1 },
  'order.created': order,
  'order.paid': order,
  'order.refunded': order,
  'marker.added': { label: 'x', kind: 'note' },
};
const comment = (name: string, reason: RefusalReason, fields: Fields): Malformed =>
  variant(name, reason, 'comment.posted', fields);
const paid = (name: string, broken: Fields): Malformed =>
  variant(name, 'bad_field', 'order.paid', { items: [{ ...item, ...broken }] });

const line = (room: string, ts: number, id: string, tail: string): string =>
  `{"v":1,"id":"${id}","type":"comment.posted","room_id":"${room}","ts":${ts},${tail}`;

/** Every kind of broken record that the event contract speaks of, each with the reason that must be found first. */
export const MALFORMED: readonly Malformed[] = [
  { name: 'empty value', reason: 'empty', build: () => new Uint8Array(0) },
  { name: 'tombstone', reason: 'empty', build: () => null },
  {
    name: '64 KiB and one byte',
    reason: 'too_large',
    build: (room_id, ts, id) => {
      const head = line(room_id, ts, id, '"user_id":"u-1","text":"x","pad":"');
      return utf8(`${head}${'x'.repeat(MAX_VALUE_BYTES + 1 - head.length - 2)}"}`);
    },
  },
  {
    name: 'invalid UTF-8',
    reason: 'bad_utf8',
    build: (room_id, ts, id) => {
      const bytes = utf8(line(room_id, ts, id, '"user_id":"u-1","text":"??"}'));
      bytes.set([0xc3, 0x28], bytes.length - 4);
      return bytes;
    },
  },
  {
    name: 'surrogate encoded as UTF-8',
    reason: 'bad_utf8',
    build: (room_id, ts, id) => {
      const bytes = utf8(line(room_id, ts, id, '"user_id":"u-1","text":"???"}'));
      bytes.set([0xed, 0xa0, 0x80], bytes.length - 5);
      return bytes;
    },
  },
  text('BOM', 'bad_json', (room, ts, id) => `\uFEFF${line(room, ts, id, '"user_id":"u-1","text":"x"}')}`),
  text('truncated JSON', 'bad_json', (room, ts, id) => line(room, ts, id, '"user_id":"u-')),
  text('NaN', 'bad_json', (room, ts, id) => line(room, ts, id, '"user_id":"u-1","text":"x","count":NaN}')),
  text('two values', 'bad_json', (room, ts, id) => `${line(room, ts, id, '"user_id":"u-1","text":"x"}')}{}`),
  text('blank', 'bad_json', () => '  \n'),
  text('a number', 'bad_envelope', () => '42'),
  text('null', 'bad_envelope', () => 'null'),
  text('an array', 'bad_envelope', () => '[]'),
  comment('no version', 'bad_envelope', { v: undefined }),
  comment('version as a text', 'bad_envelope', { v: '1' }),
  comment('no id', 'bad_envelope', { id: undefined }),
  comment('empty id', 'bad_envelope', { id: '' }),
  comment('65-character id', 'bad_envelope', { id: 'i'.repeat(65) }),
  comment('id as a number', 'bad_envelope', { id: 7 }),
  comment('lone surrogate in id', 'bad_envelope', { id: 'a\ud800' }),
  comment('no type', 'bad_envelope', { type: undefined }),
  comment('no room', 'bad_envelope', { room_id: undefined }),
  comment('room with a blank', 'bad_envelope', { room_id: 'two words' }),
  comment('65-character room', 'bad_envelope', { room_id: 'r'.repeat(65) }),
  comment('no ts', 'bad_envelope', { ts: undefined }),
  comment('ts as a text', 'bad_envelope', { ts: '1700000000000' }),
  comment('fractional ts', 'bad_envelope', { ts: 1_700_000_000_000.5 }),
  comment('ts before 2020', 'bad_envelope', { ts: 1_577_836_799_999 }),
  comment('negative ts', 'bad_envelope', { ts: -1 }),
  comment('unknown version', 'unknown_version', { v: 2 }),
  comment('unknown type', 'unknown_type', { type: 'viewer.teleported' }),
  comment('type named like a prototype member', 'unknown_type', { type: 'constructor' }),
  comment('missing text', 'bad_field', { text: undefined }),
  comment('text as a number', 'bad_field', { text: 5 }),
  comment('lone surrogate in text', 'bad_field', { text: 'x\udfff' }),
  comment('501-character text', 'bad_field', { text: '😀'.repeat(501) }),
  comment('65-character user', 'bad_field', { user_id: 'u'.repeat(65) }),
  comment('missing user', 'bad_field', { user_id: undefined }),
  comment('null user', 'bad_field', { user_id: null }),
  variant('negative count', 'bad_field', 'like.sent', { count: -1 }),
  variant('count of zero', 'bad_field', 'like.sent', { count: 0 }),
  variant('fractional count', 'bad_field', 'like.sent', { count: 1.5 }),
  variant('count too large', 'bad_field', 'room.impression', { count: 1_000_001 }),
  variant('count as a text', 'bad_field', 'room.impression', { count: '3' }),
  variant('unknown source', 'bad_field', 'viewer.entered', { source: 'unknown' }),
  variant('negative watch', 'bad_field', 'viewer.left', { watch_ms: -5 }),
  variant('watch too long', 'bad_field', 'viewer.left', { watch_ms: 1_000_000_001 }),
  variant('online too large', 'bad_field', 'audience.snapshot', { online: 100_000_001 }),
  variant('negative price', 'bad_field', 'product.listed', { price_minor: -1 }),
  variant('stock too large', 'bad_field', 'product.listed', { stock: 1_000_000_001 }),
  variant('picture without a scheme', 'bad_field', 'product.listed', { image_url: 'example.org/x.png' }),
  variant('unknown marker', 'bad_field', 'marker.added', { kind: 'party' }),
  variant('currency in small letters', 'bad_field', 'room.started', { currency: 'idr' }),
  variant('time zone with a blank', 'bad_field', 'room.started', { timezone: 'Asia/Phnom Penh' }),
  variant('65 event types', 'bad_field', 'room.started', {
    event_types: Array.from({ length: 65 }, (_, i) => `t${i}`),
  }),
  variant('order without items', 'bad_field', 'order.created', { items: [] }),
  variant('order with an object for items', 'bad_field', 'order.created', { items: { 0: item } }),
  paid('negative amount', { amount_minor: -1 }),
  paid('fractional amount', { amount_minor: 0.5 }),
  paid('amount above 10^12', { amount_minor: 1_000_000_000_001 }),
  paid('quantity of zero', { quantity: 0 }),
  paid('quantity too large', { quantity: 1_000_001 }),
  paid('item without a product', { product_id: undefined }),
  paid('empty line', { line_id: '' }),
  paid('unknown collaboration', { collab: 'secret' }),
  variant('refund of a negative quantity', 'bad_field', 'order.refunded', { items: [{ ...item, quantity: -1 }] }),
  comment('year 2099', 'future', { ts: 4_070_908_800_000 }),
];

/** A valid event an hour ahead of `now`: refused as `future` by any broker whose clock is right. */
export const hourAhead = (room_id: string, now: number, id: string): Uint8Array =>
  jsonBytes({ v: 1, id, type: 'comment.posted', room_id, ts: now + HOUR_MS, user_id: 'u-1', text: 'early' });
