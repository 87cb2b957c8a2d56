import { isUtf8 } from 'node:buffer';
import { ENTRY_SOURCES, RULES } from '@liveboard/contracts';
import { createWordTable } from './words.ts';

/** The types that a scan knows: the frequent ones, whose fields are plain strings and integers. */
export const SCANNED_TYPES = [
  'viewer.entered',
  'viewer.left',
  'audience.snapshot',
  'room.impression',
  'comment.posted',
  'like.sent',
  'share.sent',
  'follow.created',
  'product.impression',
  'product.clicked',
] as const;
export type ScannedType = (typeof SCANNED_TYPES)[number];

const FIELDS = [
  'v',
  'id',
  'type',
  'room_id',
  'ts',
  'user_id',
  'source',
  'watch_ms',
  'online',
  'count',
  'product_id',
  'text',
  'comment_id',
] as const;
type FieldName = (typeof FIELDS)[number];

/** Places of the fields in the arrays below. */
export const F = Object.fromEntries(FIELDS.map((name, i) => [name, i])) as Readonly<Record<FieldName, number>>;

const fieldTable = createWordTable(FIELDS);
const typeTable = createWordTable(SCANNED_TYPES);
const sourceTable = createWordTable(ENTRY_SOURCES);

/** What the last successful scan found. One scratch, because an object an event would cost as much as the scan. */
export const SCAN = {
  bytes: new Uint8Array(0) as Uint8Array,
  /** The text fields that are there, a bit each by place in `F`. */
  texts: 0,
  /** Where a text field's bytes begin and end, by place in `F`. */
  start: new Int32Array(FIELDS.length),
  end: new Int32Array(FIELDS.length),
  type: 'like.sent' as ScannedType,
  ts: 0,
  /** `watch_ms`, `online` or `count`, as the type has it. */
  amount: 0,
  /** Place in `ENTRY_SOURCES`; -1: absent. */
  source: -1,
};

/** Integers by place in `F`, and a bit for each that is there. */
const numbers = new Float64Array(FIELDS.length);
/** Code points of texts. */
const lengths = new Int32Array(FIELDS.length);
let integers = 0;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const ZERO = 0x30;
const MAX_DIGITS = 15;

const ROOM_ID_BYTES = new Uint8Array(256);
for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-')
  ROOM_ID_BYTES[char.charCodeAt(0)] = 1;

const TEXT_FIELDS = [F.id, F.type, F.room_id, F.user_id, F.source, F.product_id, F.text, F.comment_id].reduce(
  (bits, at) => bits | (1 << at),
  0,
);

const hasText = (at: number): boolean => (SCAN.texts & (1 << at)) !== 0;

const isId = (at: number): boolean => hasText(at) && (lengths[at] as number) >= 1 && (lengths[at] as number) <= 64;

const isAbsent = (at: number): boolean => ((SCAN.texts | integers) & (1 << at)) === 0;

const takeSource = (): boolean => {
  SCAN.source = sourceTable.find(SCAN.bytes, SCAN.start[F.source] as number, SCAN.end[F.source] as number);
  return SCAN.source >= 0;
};

const takeAmount = (at: number, min: number, max: number): boolean => {
  if ((integers & (1 << at)) === 0) return false;
  SCAN.amount = numbers[at] as number;
  return SCAN.amount >= min && SCAN.amount <= max;
};

/** The further fields of the type, as the event contract has them. */
const areFieldsValid = (): boolean => {
  switch (SCAN.type) {
    case 'viewer.entered':
      return isId(F.user_id) && hasText(F.source) && takeSource();
    case 'viewer.left':
      return isId(F.user_id) && takeAmount(F.watch_ms, 0, 1e9);
    case 'audience.snapshot':
      return takeAmount(F.online, 0, 1e8);
    case 'room.impression':
      return (
        (isAbsent(F.user_id) || isId(F.user_id)) &&
        takeAmount(F.count, 1, 1e6) &&
        (isAbsent(F.source) || (hasText(F.source) && takeSource()))
      );
    case 'comment.posted':
      return (
        isId(F.user_id) &&
        hasText(F.text) &&
        (lengths[F.text] as number) <= 500 &&
        (isAbsent(F.comment_id) || isId(F.comment_id))
      );
    case 'like.sent':
      return isId(F.user_id) && takeAmount(F.count, 1, 1e6);
    case 'share.sent':
    case 'follow.created':
      return isId(F.user_id);
    case 'product.impression':
    case 'product.clicked':
      return isId(F.user_id) && isId(F.product_id);
  }
};

const isRoomId = (): boolean => {
  const start = SCAN.start[F.room_id] as number;
  const end = SCAN.end[F.room_id] as number;
  if (!hasText(F.room_id) || end - start < 1 || end - start > 64) return false;
  for (let i = start; i < end; i++) if (ROOM_ID_BYTES[SCAN.bytes[i] as number] === 0) return false;
  return true;
};

const isValid = (append: number): boolean => {
  if ((integers & (1 << F.v)) === 0 || (integers & (1 << F.ts)) === 0) return false;
  SCAN.ts = numbers[F.ts] as number;
  if (numbers[F.v] !== 1 || !(SCAN.ts >= RULES.minTs && SCAN.ts <= append + RULES.futureMs)) return false;
  if (!isId(F.id) || !isRoomId() || !hasText(F.type)) return false;
  const type = typeTable.find(SCAN.bytes, SCAN.start[F.type] as number, SCAN.end[F.type] as number);
  if (type < 0) return false;
  SCAN.type = SCANNED_TYPES[type] as ScannedType;
  return areFieldsValid();
};

/**
 * Reads an event of a frequent type straight from its bytes into `SCAN`, without making strings. True only for what the
 * full parser accepts as that very event; false says nothing (escapes, other numbers than integers, nested values, repeated
 * keys, rare types, anything invalid): then the full parser judges. The value lies in `bytes` from `from` to `to`. Never throws.
 */
export const scanEvent = (bytes: Uint8Array, append: number, from = 0, to = bytes.length): boolean => {
  if (to - from > RULES.maxValueBytes || to - from < 2 || bytes[from] !== 0x7b) return false;
  const { start, end } = SCAN;
  SCAN.bytes = bytes;
  SCAN.source = -1;
  SCAN.texts = 0;
  integers = 0;
  let isWide = false;
  let i = from + 1;
  for (;;) {
    while (bytes[i] === SPACE) i++;
    if (bytes[i] !== QUOTE) return false;
    const key = ++i;
    for (; i < to; i++) {
      const byte = bytes[i] as number;
      if (byte === QUOTE) break;
      if (byte < SPACE || byte === BACKSLASH || byte >= 0x80) return false;
    }
    const field = fieldTable.find(bytes, key, i);
    i++;
    if (field >= 0 && !isAbsent(field)) return false;
    while (bytes[i] === SPACE) i++;
    if (bytes[i] !== COLON) return false;
    i++;
    while (bytes[i] === SPACE) i++;
    let byte = bytes[i] as number;
    if (byte === QUOTE) {
      const first = ++i;
      let inner = 0;
      for (; i < to; i++) {
        byte = bytes[i] as number;
        if (byte === QUOTE) break;
        if (byte < SPACE || byte === BACKSLASH) return false;
        if (byte >= 0x80) {
          isWide = true;
          // Bytes that continue a code point.
          if (byte < 0xc0) inner++;
        }
      }
      if (i >= to) return false;
      if (field >= 0) {
        if ((TEXT_FIELDS & (1 << field)) === 0) return false;
        SCAN.texts |= 1 << field;
        start[field] = first;
        end[field] = i;
        lengths[field] = i - first - inner;
      }
      i++;
    } else {
      const isNegative = byte === MINUS;
      if (isNegative) i++;
      const first = i;
      let value = 0;
      for (; i < to; i++) {
        const digit = (bytes[i] as number) - ZERO;
        if (digit < 0 || digit > 9) break;
        value = value * 10 + digit;
      }
      const digits = i - first;
      if (digits === 0 || digits > MAX_DIGITS || (digits > 1 && bytes[first] === ZERO)) return false;
      if (field >= 0) {
        integers |= 1 << field;
        numbers[field] = isNegative ? -value : value;
      }
    }
    while (bytes[i] === SPACE) i++;
    byte = bytes[i] as number;
    i++;
    if (byte === COMMA) continue;
    if (byte !== 0x7d || i !== to) return false;
    break;
  }
  return (!isWide || isUtf8(bytes.subarray(from, to))) && isValid(append);
};
