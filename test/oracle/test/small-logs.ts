import fc from 'fast-check';
import type { OracleRecord } from '../src/index.ts';
import { type Sent, T0 } from './log.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** Beyond the end of every log. */
const REPLAYED = 1_000 * 1_440 * MINUTE;

const user = fc.constantFrom('u', 'v');
const product = fc.constantFrom('A', 'B');
const count = fc.constantFrom(1, 3, 1_000_000);
const item = fc.record(
  {
    product_id: product,
    quantity: count,
    amount_minor: fc.constantFrom(0, 7, 1_000_000_000_000),
    sku_id: fc.constantFrom('s', null),
    line_id: fc.constantFrom('A', 'l'),
  },
  { requiredKeys: ['product_id', 'quantity', 'amount_minor'] },
);
const items = fc.array(item, { minLength: 1, maxLength: 3 });
const order = { order_id: fc.constantFrom('o', 'p'), user_id: user, items };

const of = (type: string, fields: Record<string, fc.Arbitrary<unknown>> = {}, optional: string[] = []) =>
  fc.record(
    { type: fc.constant(type), ...fields },
    { requiredKeys: ['type', ...Object.keys(fields).filter((name) => !optional.includes(name))] as never[] },
  ) as fc.Arbitrary<Record<string, unknown> & { type: string }>;

const started = of(
  'room.started',
  {
    account_id: fc.constantFrom('a', 'b'),
    handle: fc.constantFrom('h', 'i'),
    name: fc.constant('n'),
    title: fc.constantFrom('t', ''),
    currency: fc.constantFrom('EUR', 'IDR'),
    timezone: fc.constant('UTC'),
    shop_id: fc.constant('s'),
    avatar_url: fc.constant('https://x/'),
    event_types: fc.constant(['order.paid']),
  },
  ['shop_id', 'avatar_url', 'event_types'],
);
const ended = of('room.ended', { reason: fc.constantFrom('done', null) }, ['reason']);

const body = fc.oneof(
  { weight: 2, arbitrary: started },
  { weight: 2, arbitrary: ended },
  { weight: 2, arbitrary: of('viewer.entered', { user_id: user, source: fc.constantFrom('ads', 'search') }) },
  { weight: 1, arbitrary: of('viewer.left', { user_id: user, watch_ms: fc.constantFrom(0, 5, 1_000_000_000) }) },
  { weight: 1, arbitrary: of('audience.snapshot', { online: fc.constantFrom(0, 9, 100_000_000) }) },
  { weight: 1, arbitrary: of('comment.posted', { user_id: user, text: fc.constant('x') }) },
  { weight: 1, arbitrary: of('product.clicked', { user_id: user, product_id: product }) },
  { weight: 1, arbitrary: of('product.impression', { user_id: user, product_id: product }) },
  {
    weight: 1,
    arbitrary: of(
      'product.listed',
      {
        product_id: product,
        title: fc.constant('p'),
        price_minor: fc.constant(1),
        stock: fc.constantFrom(0, 12, null),
      },
      ['stock'],
    ),
  },
  { weight: 1, arbitrary: of('product.pinned', { product_id: product }) },
  { weight: 1, arbitrary: of('product.unpinned', { product_id: product }) },
  { weight: 2, arbitrary: of('order.created', order) },
  { weight: 2, arbitrary: of('order.paid', order) },
  { weight: 1, arbitrary: of('order.cancelled', order) },
  { weight: 1, arbitrary: of('order.refunded', order) },
  { weight: 1, arbitrary: of('room.impression', { count }) },
  { weight: 1, arbitrary: of('marker.added', { label: fc.constant('m'), kind: fc.constant('note') }) },
);

/** How far the real clock goes on before a record, ms: mostly a little, now and then over a silence or a whole day. */
const pause = fc.oneof(
  { weight: 30, arbitrary: fc.integer({ min: 0, max: 40 * SECOND }) },
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 3 * MINUTE }) },
  { weight: 3, arbitrary: fc.integer({ min: 9 * MINUTE, max: 13 * MINUTE }) },
);
const day = fc.integer({ min: 1_438 * MINUTE, max: 1_446 * MINUTE });

/** Event time less append time: mostly now, or within the grace, or around its end, or ahead. */
const lead = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(0, -1, -300) },
  { weight: 4, arbitrary: fc.integer({ min: -3 * MINUTE, max: 0 }) },
  { weight: 1, arbitrary: fc.integer({ min: -12 * MINUTE, max: -2 * MINUTE }) },
  { weight: 2, arbitrary: fc.constantFrom(29 * SECOND, 30_000, 30_001) },
);
/** Event times are drawn to whole minutes, seconds or not at all, so that borders are met. */
const grain = fc.constantFrom(1, 1, SECOND, 30 * SECOND, MINUTE);

const step = fc.record({
  pause,
  lead,
  grain,
  room: fc.constantFrom('r', 'r', 'r', 'q'),
  id: fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.constantFrom('x', 'y') }),
  body: fc.oneof({ weight: 5, arbitrary: body }, { weight: 1, arbitrary: of('clock.tick') }),
});

export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** The log that the steps make; `replayed`: appended long after all of it, so that event time alone drives stream time. */
export function logOfSteps(steps: readonly Step[], replayed = false): OracleRecord[] {
  let now = T0 + 17_123;
  return steps.map(({ pause: gap, lead: ahead, grain: of, room, id, body: fields }, offset) => {
    now += gap;
    const ts = Math.floor((now + ahead) / of) * of;
    const event: Sent =
      fields.type === 'clock.tick'
        ? { v: 1, ...fields, ts }
        : { v: 1, id: id ?? `e${offset}`, room_id: room, ...fields, ts };
    return { offset, append: replayed ? T0 + REPLAYED : now, value: Buffer.from(JSON.stringify(event)) };
  });
}

/** Small logs of two rooms in which everything collides. */
export const steps = fc.array(step, { minLength: 1, maxLength: 60 });

/** As `steps`, with whole days of silence. */
export const stepsOfDays = fc.array(
  fc.oneof(
    { weight: 9, arbitrary: step },
    { weight: 1, arbitrary: fc.tuple(step, day).map(([one, gap]) => ({ ...one, pause: gap })) },
  ),
  { minLength: 2, maxLength: 40 },
);

const few = fc.constantFrom(0, 2, 2, 3, 12);
const minuteOfLife = fc.record({
  clicks: few,
  paid: few,
  views: few,
  impressions: few,
  people: fc.constantFrom(undefined, 100, 100, 1_000),
  amount: fc.constantFrom(5, 5, 20, 1_000_000_000_000),
  extra: fc.array(step, { maxLength: 3 }),
});

/** One minute of a room that sells: its steps take 60 seconds of the real clock. */
function stepsOfMinute(minute: typeof minuteOfLife extends fc.Arbitrary<infer T> ? T : never, n: number): Step[] {
  const bodies: Step['body'][] = [
    ...Array.from({ length: minute.clicks }, () => ({ type: 'product.clicked', user_id: 'u', product_id: 'A' })),
    ...Array.from({ length: minute.paid }, (_, k) => ({
      type: 'order.paid',
      order_id: `m${n}.${k}`,
      user_id: 'u',
      items: [{ product_id: 'A', quantity: 1, amount_minor: minute.amount }],
    })),
    ...Array.from({ length: minute.views }, (_, k) => ({
      type: 'viewer.entered',
      user_id: 'u',
      source: k % 2 === 0 ? 'ads' : 'search',
    })),
    ...(minute.impressions === 0 ? [] : [{ type: 'room.impression', count: minute.impressions }]),
    ...(minute.people === undefined ? [] : [{ type: 'audience.snapshot', online: minute.people }]),
    { type: 'clock.tick' },
  ];
  const pause = Math.floor(MINUTE / bodies.length);
  const usual = bodies.map((one): Step => ({ pause, lead: 0, grain: 1, room: 'r', id: undefined, body: one }));
  return [...usual, ...minute.extra.map((one) => ({ ...one, pause: one.pause % 1_000 }))];
}

/** A room that sells for longer than the ten minutes of warming up, with collisions on the way and after. */
export const stepsOfLife = fc
  .tuple(step, fc.array(minuteOfLife, { minLength: 11, maxLength: 18 }), fc.array(step, { maxLength: 15 }))
  .map(([first, minutes, after]) => [first, ...minutes.flatMap(stepsOfMinute), ...after]);
