/** The events of a body, each as the bytes that it was sent in. `too_many`: it was not looked through to its end. */
export type Split =
  | { readonly kind: 'events'; readonly values: readonly Uint8Array[] }
  | { readonly kind: 'too_many' }
  | { readonly kind: 'broken'; readonly rule: string };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const NEWLINE = 0x0a;

/** The white space of JSON. */
const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === NEWLINE || byte === 0x0d || byte === 0x09;

const trim = (bytes: Uint8Array, from: number, to: number): Uint8Array => {
  let start = from;
  let end = to;
  while (start < end && isSpace(bytes[start])) start++;
  while (end > start && isSpace(bytes[end - 1])) end--;
  return bytes.subarray(start, end);
};

/** Just behind the string that begins at `from`. */
const afterString = (bytes: Uint8Array, from: number): number => {
  for (let at = from + 1; at < bytes.length; at++) {
    if (bytes[at] === QUOTE) return at + 1;
    if (bytes[at] === BACKSLASH) at++;
  }
  return bytes.length;
};

/**
 * Cuts a JSON array at its own commas. Only strings and brackets are looked at: whether a piece is JSON is for whoever
 * reads it, as it must be for a record of the log. If every piece is, the whole is.
 */
export const splitArray = (bytes: Uint8Array, most: number): Split => {
  let at = 0;
  while (isSpace(bytes[at])) at++;
  if (bytes[at] !== OPEN_LIST) return { kind: 'broken', rule: 'must be a JSON array' };
  const values: Uint8Array[] = [];
  let depth = 1;
  let start = ++at;
  while (at < bytes.length) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = afterString(bytes, at);
      continue;
    }
    if (byte === OPEN_LIST || byte === OPEN_OBJECT) depth++;
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth--;
    if (depth === 0 || (depth === 1 && byte === COMMA)) {
      const value = trim(bytes, start, at);
      if (depth > 0 || values.length > 0 || value.length > 0) values.push(value);
      if (values.length > most) return { kind: 'too_many' };
      start = at + 1;
    }
    at++;
    if (depth === 0) {
      const isWhole = byte === CLOSE_LIST && trim(bytes, at, bytes.length).length === 0;
      return isWhole ? { kind: 'events', values } : { kind: 'broken', rule: 'must be one JSON array and nothing else' };
    }
  }
  return { kind: 'broken', rule: 'must be a JSON array that is closed' };
};

/** Cuts at line ends. Empty lines are no events. */
export const splitLines = (bytes: Uint8Array, most: number): Split => {
  const values: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    // Empty lines one byte at a time: a body may hold nothing else.
    if (isSpace(bytes[at])) {
      at++;
      continue;
    }
    const found = bytes.indexOf(NEWLINE, at);
    const end = found < 0 ? bytes.length : found;
    values.push(trim(bytes, at, end));
    if (values.length > most) return { kind: 'too_many' };
    at = end;
  }
  return { kind: 'events', values };
};
