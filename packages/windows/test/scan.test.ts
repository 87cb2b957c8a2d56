import { ENTRY_SOURCES, RULES } from '@liveboard/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admit } from '../src/admission.ts';
import { F, SCAN, SCANNED_TYPES, scanEvent } from '../src/scan.ts';
import { T } from './log.ts';

const SEED = Date.now() % 1_000_000;
const settings = { seed: SEED, numRuns: 4_000 };
const named = (name: string): string => `${name} (seed ${SEED})`;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    '',
    'x'.repeat(64),
    'x'.repeat(65),
    '好'.repeat(64),
    '😀'.repeat(64),
    '😀'.repeat(65),
    'y'.repeat(501),
  ),
);
const integer = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 1, max: 30 }) },
  fc.constantFrom(-1, 0, -0, 1.5, 1e6, 1e6 + 1, 1e8, 1e8 + 1, 1e9, 1e9 + 1, 1e15, 1e16, 2 ** 53, '7', null),
);
const id = fc.oneof({ weight: 20, arbitrary: fc.constantFrom('a', 'r-1', 'user_7') }, { weight: 1, arbitrary: text });
const at = fc.constantFrom(
  T,
  T,
  T,
  T - 1,
  T + 1,
  T + RULES.futureMs,
  T + RULES.futureMs + 1,
  RULES.minTs,
  RULES.minTs - 1,
);

/** Events of all frequent types, most of them in order: fields of others among them, left out, of other kinds. */
const loose = fc.record(
  {
    v: fc.oneof({ weight: 20, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.constantFrom(0, 2, '1', null) }),
    id,
    type: fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom(...SCANNED_TYPES) },
      { weight: 1, arbitrary: fc.constantFrom('order.paid', 'x.y', 'clock.tick', 'like', '') },
    ),
    room_id: fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom('r', 'Room_1.:-') },
      { weight: 1, arbitrary: fc.constantFrom('', 'r 1', 'é', 'r'.repeat(64), 'r'.repeat(65)) },
    ),
    ts: fc.oneof({ weight: 12, arbitrary: at }, { weight: 1, arbitrary: integer }),
    user_id: id,
    source: fc.oneof(
      { weight: 15, arbitrary: fc.constantFrom<unknown>(...ENTRY_SOURCES) },
      { weight: 1, arbitrary: fc.constantFrom<unknown>('ad', '', 3, null) },
    ),
    watch_ms: integer,
    online: integer,
    count: integer,
    product_id: id,
    text,
    comment_id: fc.oneof({ weight: 9, arbitrary: id }, fc.constant(null)),
    extra: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom<unknown>('z', 5) },
      fc.constantFrom<unknown>(null, [1], { v: 2 }, true),
    ),
    ['__proto__']: fc.constant('p'),
  },
  { requiredKeys: ['v', 'id', 'type', 'room_id', 'ts'] },
);

/** The bytes of an object, as written by one of several programs, some of them broken. */
const written = fc
  .record({
    event: loose,
    style: fc.constantFrom('plain', 'plain', 'plain', 'spaced', 'indented', 'repeated', 'escaped', 'tail', 'bom'),
    order: fc.nat({ max: 20 }),
    flip: fc.oneof(
      { weight: 4, arbitrary: fc.constant(null) },
      fc.record({ place: fc.nat(), byte: fc.nat({ max: 255 }) }),
    ),
  })
  .map(({ event, style, order, flip }) => {
    const entries = Object.entries(event);
    const turned = [...entries.slice(order % entries.length), ...entries.slice(0, order % entries.length)];
    const plain = JSON.stringify(Object.fromEntries(turned));
    const forms: Record<string, string> = {
      plain,
      spaced: `{${turned.map(([key, value]) => `"${key}": ${JSON.stringify(value)}`).join(', ')}}`,
      indented: JSON.stringify(Object.fromEntries(turned), null, 1),
      repeated: `${plain.slice(0, -1)},"count":3,"user_id":"again"}`,
      escaped: plain.replace('"r"', '"\\u0072"'),
      tail: `${plain} x`,
      bom: `\uFEFF${plain}`,
    };
    const bytes = encoder.encode(forms[style]);
    if (flip !== null) bytes[flip.place % bytes.length] = flip.byte;
    return bytes;
  });

const scanned = (field: number): string | undefined =>
  (SCAN.texts & (1 << field)) === 0
    ? undefined
    : decoder.decode(SCAN.bytes.subarray(SCAN.start[field] as number, SCAN.end[field] as number));

const AMOUNTS = {
  'viewer.left': 'watch_ms',
  'audience.snapshot': 'online',
  'room.impression': 'count',
  'like.sent': 'count',
} as const;

/** Holds what a scan found against what the full parser found; false where the scan left it to that. */
const agrees = (bytes: Uint8Array): boolean => {
  const admitted = admit(bytes, T);
  if (!scanEvent(bytes, T)) return false;
  expect(admitted.kind).toBe('event');
  if (admitted.kind !== 'event') return false;
  const event = admitted.event as unknown as Record<string, unknown> & { type: string };
  expect(SCAN).toMatchObject({ type: event.type, ts: event.ts });
  for (const name of ['id', 'room_id'] as const) expect(scanned(F[name])).toBe(event[name]);
  if (event.type !== 'audience.snapshot' && event.type !== 'room.impression')
    expect(scanned(F.user_id)).toBe(event.user_id);
  if (event.type.startsWith('product.')) expect(scanned(F.product_id)).toBe(event.product_id);
  if (event.type === 'comment.posted') {
    expect(scanned(F.text)).toBe(event.text);
    expect(scanned(F.comment_id)).toBe(event.comment_id);
  }
  if (event.type === 'viewer.entered') expect(ENTRY_SOURCES[SCAN.source]).toBe(event.source);
  const amount = AMOUNTS[event.type as keyof typeof AMOUNTS];
  if (amount !== undefined) expect(SCAN.amount + 0).toBe((event[amount] as number) + 0);
  return true;
};

describe('the scan', () => {
  it(named('accepts only what the full parser accepts, as the same event'), { timeout: 60_000 }, () => {
    let taken = 0;
    fc.assert(
      fc.property(written, (bytes) => {
        if (agrees(bytes)) taken++;
      }),
      settings,
    );
    // Else the property would hold of nothing.
    expect(taken).toBeGreaterThan(settings.numRuns / 20);
  });

  it.each(SCANNED_TYPES)('reads a plain %s itself', (type) => {
    const fields = { user_id: 'ü', source: 'ads', watch_ms: 7, online: 3, count: 2, product_id: 'p', text: '好 😀' };
    const event = { v: 1, id: 'e', type, room_id: 'r', ts: T, ...fields, unknown: 'x' };
    expect(agrees(encoder.encode(JSON.stringify(event)))).toBe(true);
  });
});
