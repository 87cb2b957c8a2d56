import { type Refusal, RULES, type Validated, validateEvent } from '@liveboard/contracts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const refused = (reason: 'empty' | 'too_large' | 'bad_utf8' | 'bad_json', rule: string): Validated => ({
  kind: 'refused',
  reason,
  path: '',
  rule,
});

/**
 * Judges one record's bytes without any state: what it is, or the first reason to refuse it. Pure, never throws.
 * `append` is the broker's time of the record, ms.
 */
export const admit = (value: Uint8Array | null, append: number): Validated => {
  if (value === null || value.length === 0) return refused('empty', 'must hold a JSON object');
  if (value.length > RULES.maxValueBytes) return refused('too_large', `at most ${RULES.maxValueBytes} bytes`);
  let text: string;
  try {
    text = decoder.decode(value);
  } catch {
    return refused('bad_utf8', 'must be UTF-8');
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return refused('bad_json', 'must be JSON');
  }
  return validateEvent(parsed, append);
};

/** A refusal's rule with the field that it names. */
export const detailOf = ({ path, rule }: Refusal): string => (path === '' ? rule : `${path}: ${rule}`);
