import { RULES } from '../rules.ts';
import { EVENT_FIELDS, type Field, type FieldRule, TICK_TYPE } from './fields.ts';
import type { ClockTick, LiveEvent } from './types.ts';

/** Why a record is refused, in the order in which the reasons are tried. */
export const QUARANTINE_REASONS = [
  'empty',
  'too_large',
  'bad_utf8',
  'bad_json',
  'bad_envelope',
  'unknown_version',
  'unknown_type',
  'bad_field',
  'future',
] as const;
export type QuarantineReason = (typeof QUARANTINE_REASONS)[number];

/** A refusal names the field (`items[1].quantity`, empty for the whole value) and the rule it breaks. */
export interface Refusal {
  readonly kind: 'refused';
  readonly reason: QuarantineReason;
  readonly path: string;
  readonly rule: string;
}

export type Validated =
  | { readonly kind: 'event'; readonly event: LiveEvent }
  | { readonly kind: 'tick'; readonly tick: ClockTick }
  | { readonly kind: 'extension'; readonly room_id: string; readonly ts: number }
  | Refusal;

const ROOM_ID = /^[A-Za-z0-9._:-]{1,64}$/;

const refuse = (reason: QuarantineReason, path: string, rule: string): Refusal => ({
  kind: 'refused',
  reason,
  path,
  rule,
});

/** Code points in a well-formed string; -1 when it holds a lone surrogate. */
const codePoints = (value: string): number => {
  let count = value.length;
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i);
    if (unit < 0xd800 || unit > 0xdfff) continue;
    const next = i + 1 < value.length ? value.charCodeAt(i + 1) : 0;
    if (unit > 0xdbff || next < 0xdc00 || next > 0xdfff) return -1;
    count--;
    i++;
  }
  return count;
};

/** Checks length in code points and well-formedness; says what is wrong or nothing. */
const checkText = (value: unknown, min: number, max: number): string | undefined => {
  if (typeof value !== 'string') return 'must be a string';
  if (value.length > max * 2) return `at most ${max} characters`;
  const length = codePoints(value);
  if (length < 0) return 'must be well-formed Unicode';
  if (length < min) return `at least ${min} character${min === 1 ? '' : 's'}`;
  if (length > max) return `at most ${max} characters`;
  return undefined;
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

interface Broken {
  readonly path: string;
  readonly rule: string;
}

const checkRule = (value: unknown, rule: FieldRule, path: string): Broken | undefined => {
  let says: string | undefined;
  switch (rule.kind) {
    case 'id':
      says = checkText(value, 1, 64);
      break;
    case 'text':
      says = checkText(value, 0, rule.max);
      break;
    case 'name':
      says = checkText(value, rule.min, rule.max);
      break;
    case 'url':
      says = checkText(value, 1, 2048);
      if (says === undefined && !/^https?:\/\//.test(value as string)) says = 'must begin with https:// or http://';
      break;
    case 'int':
      if (typeof value !== 'number' || !Number.isInteger(value)) says = 'must be an integer';
      else if (value < rule.min || value > rule.max) says = `must lie in ${rule.min}..${rule.max}`;
      break;
    case 'enum':
      if (typeof value !== 'string' || !rule.values.includes(value)) says = `must be one of ${rule.values.join(' ')}`;
      break;
    case 'pattern':
      if (typeof value !== 'string' || !rule.pattern.test(value)) says = `must be ${rule.says}`;
      break;
    case 'bool':
      if (typeof value !== 'boolean') says = 'must be true or false';
      break;
    case 'object':
      if (!isObject(value)) says = 'must be an object';
      break;
    case 'author':
      if (!isObject(value)) says = checkText(value, 0, 500);
      break;
    case 'list':
      return checkList(value, rule, path);
  }
  return says === undefined ? undefined : { path, rule: says };
};

const checkList = (value: unknown, rule: Extract<FieldRule, { kind: 'list' }>, path: string): Broken | undefined => {
  if (!Array.isArray(value)) return { path, rule: 'must be a list' };
  if (value.length < rule.min) return { path, rule: `at least ${rule.min} entries` };
  if (value.length > rule.max) return { path, rule: `at most ${rule.max} entries` };
  const of = rule.of;
  for (let i = 0; i < value.length; i++) {
    const at = `${path}[${i}]`;
    const broken = 'kind' in of ? checkRule(value[i], of, at) : checkFields(value[i], of, `${at}.`, at);
    if (broken !== undefined) return broken;
  }
  return undefined;
};

const checkFields = (value: unknown, fields: readonly Field[], prefix: string, self: string): Broken | undefined => {
  if (!isObject(value)) return { path: self, rule: 'must be an object' };
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i] as Field;
    const held = Object.hasOwn(value, field.name) ? value[field.name] : undefined;
    if (held === undefined || held === null) {
      if (field.optional === true) continue;
      return { path: prefix + field.name, rule: 'is required' };
    }
    const broken = checkRule(held, field.rule, prefix + field.name);
    if (broken !== undefined) return broken;
  }
  return undefined;
};

const knownFields = new Map<string, readonly Field[]>(Object.entries(EVENT_FIELDS));

/**
 * Checks one decoded JSON value against the event contract: envelope, version, type, fields, and that `ts` does not
 * lead `append` by more than 30 s. Pure; never throws. `append` is the broker's time in ms (for an intake: its clock).
 */
export const validateEvent = (value: unknown, append: number): Validated => {
  if (!isObject(value)) return refuse('bad_envelope', '', 'must be a JSON object');
  const { v, type, ts } = value;
  if (typeof v !== 'number' || !Number.isInteger(v)) return refuse('bad_envelope', 'v', 'must be an integer');
  if (typeof type !== 'string') return refuse('bad_envelope', 'type', 'must be a string');
  if (typeof ts !== 'number' || !Number.isInteger(ts)) return refuse('bad_envelope', 'ts', 'must be an integer');
  if (ts < RULES.minTs) return refuse('bad_envelope', 'ts', 'must not be before 2020-01-01');
  const tick = type === TICK_TYPE;
  if (!tick) {
    const idSays = checkText(value.id, 1, 64);
    if (idSays !== undefined) return refuse('bad_envelope', 'id', idSays);
    if (typeof value.room_id !== 'string' || !ROOM_ID.test(value.room_id))
      return refuse('bad_envelope', 'room_id', 'must be 1-64 of A-Za-z0-9._:-');
  }
  if (v !== 1) return refuse('unknown_version', 'v', 'must be 1');
  const extension = !tick && type.startsWith('x.');
  if (!tick && !extension) {
    const fields = knownFields.get(type);
    if (fields === undefined) return refuse('unknown_type', 'type', 'is not a known event type');
    const broken = checkFields(value, fields, '', '');
    if (broken !== undefined) return refuse('bad_field', broken.path, broken.rule);
  }
  if (ts > append + RULES.futureMs) return refuse('future', 'ts', 'must not lead the append time by more than 30 s');
  if (tick) return { kind: 'tick', tick: value as unknown as ClockTick };
  if (extension) return { kind: 'extension', room_id: value.room_id as string, ts };
  return { kind: 'event', event: value as unknown as LiveEvent };
};
