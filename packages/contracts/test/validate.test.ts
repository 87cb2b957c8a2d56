import { describe, expect, it } from 'vitest';
import { validateEvent } from '../src/index.ts';

const append = Date.UTC(2026, 0, 1);
const comment = { v: 1, id: 'e1', type: 'comment.posted', room_id: 'r1', ts: append, user_id: 'u1', text: 'hi' };

describe('validateEvent', () => {
  it('takes a good event, also with null for an optional field', () => {
    expect(validateEvent({ ...comment, comment_id: null }, append).kind).toBe('event');
  });

  it.each([
    ['no object', [], 'bad_envelope', ''],
    ['room id with a space', { ...comment, room_id: 'a b' }, 'bad_envelope', 'room_id'],
    ['ts before 2020', { ...comment, ts: 1 }, 'bad_envelope', 'ts'],
    ['another version', { ...comment, v: 2 }, 'unknown_version', 'v'],
    ['an unknown type', { ...comment, type: 'comment.liked' }, 'unknown_type', 'type'],
    ['a lone surrogate', { ...comment, text: '\ud800' }, 'bad_field', 'text'],
    ['a 65-character id', { ...comment, user_id: 'u'.repeat(65) }, 'bad_field', 'user_id'],
    ['a missing field', { ...comment, user_id: undefined }, 'bad_field', 'user_id'],
    ['31 s ahead', { ...comment, ts: append + 30_001 }, 'future', 'ts'],
  ])('refuses %s and names the field', (_, value, reason, path) => {
    expect(validateEvent(value, append)).toMatchObject({ kind: 'refused', reason, path });
  });

  it('accepts exactly 30 s ahead', () => {
    expect(validateEvent({ ...comment, ts: append + 30_000 }, append).kind).toBe('event');
  });
});
