import { describe, expect, it } from 'vitest';
import { type Loose, log, M, run, started, T, tick } from './log.ts';

const share = (ts: number): Loose => ({ type: 'share.sent', ts, user_id: 'u' });
const ended = (ts: number, reason?: string): Loose => ({ type: 'room.ended', ts, ...(reason && { reason }) });
const after = (events: readonly Loose[]) => {
  const { rows, end } = run(log(events, T + 2 * 1_440 * M));
  return { rows, live: end.rooms[0]?.live, info: end.rooms[0]?.live.room };
};
const lives = (events: readonly Loose[]) => after(events).rows.map(({ in_life }) => in_life);

describe('a start', () => {
  it('takes the place of an implicit span while no minute of that is final', () => {
    const { info } = after([share(T), share(T + 2 * M), started(T + 2 * M + 5)]);
    expect(info).toMatchObject({ totals_from: T + 2 * M + 5, started_at: T + 2 * M + 5 });
    expect(lives([share(T), started(T + M), tick(T + 3 * M)])).toEqual([false, true, true]);
  });

  it('tells names alone once a minute of the span is final', () => {
    const { info } = after([share(T), tick(T + 3 * M), started(T + 2 * M)]);
    expect(info).toMatchObject({ totals_from: T, started_at: T + 2 * M, title: 't' });
  });

  it('leaves a span with a final minute alone that grows around it later', () => {
    // Silent at 11, a start at 12; then an event of minute 10 is read that keeps the first span open until 21.
    const events = [share(T), tick(T + 11 * M + 30_000), started(T + 12 * M), share(T + 10 * M)];
    expect(after(events).info).toMatchObject({ totals_from: T, status: 'live' });
  });
});

describe('an end', () => {
  it('that is read after a silence holds, before and after the last minute is final', () => {
    const silent = [started(T), tick(T + 11 * M + 5_000)];
    expect(after(silent).info).toMatchObject({ ended_at: T + 11 * M, reason: 'silent' });
    const told = { ended_at: T + 11 * M + 2_000, reason: 'done' };
    const end = ended(T + 11 * M + 2_000, 'done');
    expect(after([...silent, end]).info).toMatchObject(told);
    expect(after([...silent, tick(T + 13 * M + 30_000), end]).info).toMatchObject(told);
  });

  it('corrects the info when it comes late, until another span opens', () => {
    const late = [started(T), tick(T + 20 * M), ended(T + 5 * M, 'done')];
    expect(after(late).info).toMatchObject({ ended_at: T + 5 * M, reason: 'done', status: 'ended' });
    expect(lives(late)).toEqual(Array.from({ length: 11 }, () => true));
    const again = [...late, share(T + 20 * M)];
    expect(after(again).info?.ended_at).toBeUndefined();
    expect(after([...again, ended(T + 21 * M)]).info).toMatchObject({ ended_at: T + 21 * M });
    expect(after([...again, ended(T + 21 * M)]).info?.reason).toBeUndefined();
  });

  it('leaves a closed row of zeros where it was, out of life', () => {
    const events = [started(T), tick(T + 2 * M), ended(T + 30_000), tick(T + 5 * M)];
    expect(after(events).rows.map(({ in_life, unpaid_orders }) => [in_life, unpaid_orders?.n])).toEqual([
      [true, 30],
      [false, undefined],
    ]);
  });
});

it('forgets a room after a day of silence, at its next event: rows, no totals', () => {
  const day = 1_440 * M;
  const paid = (ts: number): Loose => ({
    type: 'order.paid',
    ts,
    order_id: 'o',
    user_id: 'u',
    items: [{ product_id: 'p', quantity: 1, amount_minor: 5 }],
  });
  const entered: Loose = { type: 'viewer.entered', ts: T + 1, user_id: 'u', source: 'ads' };
  const kept = after([entered, paid(T + 2), tick(T + day + M - 1), paid(T + day)]);
  expect(kept.live?.totals?.gmv).toBe(5);
  const forgotten = after([entered, paid(T + 2), tick(T + day + M), paid(T + day), tick(T + day + 2 * M)]);
  expect(forgotten.live?.totals).toBeUndefined();
  expect(forgotten.rows.at(-2)).toMatchObject({ counts: { gmv: 5 }, sources: [{ source: 'unknown' }] });
});

describe('an unpaid line', () => {
  const order = (type: string, ts: number, lines: object[] = [{}], order_id = 'o'): Loose => ({
    type: `order.${type}`,
    ts,
    order_id,
    user_id: 'u',
    items: lines.map((line) => ({ product_id: 'p', quantity: 1, amount_minor: 5, ...line })),
  });
  const unpaid = (events: readonly Loose[]) => after([started(T), ...events, tick(T + M)]).rows[0]?.unpaid_orders;

  it('is open from its creation to its close, in whatever order they are read', () => {
    const [created, paid] = [order('created', T + 10_000), order('paid', T + 25_000)];
    expect(unpaid([created, paid])).toEqual({ sum: 15, n: 60, last: 0, max: 1 });
    expect(unpaid([paid, created])).toEqual(unpaid([created, paid]));
  });

  it('is never open where it was closed before', () => {
    const [created, cancelled] = [order('created', T + 25_000), order('cancelled', T + 10_000)];
    expect(unpaid([created, cancelled])?.sum).toBe(0);
    expect(unpaid([cancelled, created])?.sum).toBe(0);
  });

  it('has a key of its own: line ids never meet pairs of product and sku', () => {
    const lines = [{ line_id: 'p' }, {}, { sku_id: 'p' }, { product_id: 'q', line_id: 'p' }];
    expect(unpaid([order('created', T + 59_000, lines)])).toMatchObject({ last: 3 });
  });
});

it('takes a source from the newest entry read before', () => {
  const entered = (ts: number, source: string): Loose => ({ type: 'viewer.entered', ts, user_id: 'u', source });
  const clicked = (ts: number): Loose => ({ type: 'product.clicked', ts, user_id: 'u', product_id: 'p' });
  const { rows } = after([
    clicked(T),
    entered(T + 9, 'ads'),
    clicked(T + 2),
    entered(T + 1, 'search'),
    clicked(T + 3),
    tick(T + M),
  ]);
  expect(rows[0]?.sources.map(({ source, product_clicks }) => [source, product_clicks])).toEqual([
    ['ads', 1],
    ['search', 1],
    ['unknown', 1],
  ]);
});

it('knows nobody online before the first entry, and counts up until the first snapshot', () => {
  const left: Loose = { type: 'viewer.left', ts: T + 1_000, user_id: 'u', watch_ms: 1 };
  const entered: Loose = { type: 'viewer.entered', ts: T + 10_000, user_id: 'u', source: 'ads' };
  const snapshot: Loose = { type: 'audience.snapshot', ts: T + 50_000, online: 7 };
  const { rows } = after([started(T), left, entered, snapshot, tick(T + M)]);
  expect(rows[0]?.online).toEqual({ sum: 40 + 70, n: 50, last: 7, max: 7 });
});
