import type { RoomEntry } from '@liveboard/client';
import type { Compare, Comparison, MinuteRow, RoomInfo, Totals } from '@liveboard/contracts';
import { describe, expect, it } from 'vitest';
import { CLOSED, passGate } from '../src/live/gate.ts';
import type { Picture } from '../src/live/painter.ts';
import { conditionOf } from '../src/monitor/condition.ts';
import { type LaneView, tinted } from '../src/monitor/lane-view.ts';
import { contextSentence, headlineMetric, joinClauses } from '../src/monitor/sentence.ts';
import { areaOf, pathOf, seriesOf } from '../src/monitor/series.ts';
import { chooseStrip } from '../src/monitor/strip.ts';
import { type Candidate, suggest } from '../src/monitor/suggest.ts';
import { cellValue } from '../src/monitor/value.ts';
import { safeNext } from '../src/session/next.ts';
import { freshnessOf, lagOf } from '../src/top-bar/freshness-text.ts';

const M = 1_800_000_000_000;
const style = { locale: 'en', currency: 'PHP' };
const held = (delta: number, z: number, more: Partial<Comparison> = {}): Comparison => ({
  value: 1 + delta,
  base: 1,
  delta,
  z,
  signal: 'quiet',
  ...more,
});
const compareOf = (pulse: number, metrics: Compare['metrics'] = {}, more: Partial<Compare> = {}): Compare => ({
  comparator: 'prev5.v1',
  minute: M,
  base_minutes: 5,
  metrics,
  state: 'steady',
  pulse,
  ...more,
});
const room = (room_id: string, pulse: number, metrics?: Compare['metrics']) => ({
  room_id,
  name: room_id,
  compare: compareOf(pulse, metrics),
});

describe('the strip', () => {
  it('names the lowest and the highest, from 0.15 on', () => {
    const all = [room('a', 0.1), room('b', -0.15), room('c', -0.4), room('d', 0.15)];
    expect(chooseStrip(all)).toMatchObject({ lowest: { room_id: 'c' }, highest: { room_id: 'd' } });
    expect(chooseStrip(all.slice(0, 2))).toMatchObject({ lowest: { room_id: 'b' } });
    expect(chooseStrip(all.slice(0, 2)).highest).toBeUndefined();
  });
  it('tints its two rooms and every room in trouble, and no other', () => {
    const lane = (room_id: string, kind: 'peak' | 'steady' | 'trouble', pulse: number): LaneView => ({
      ...room(room_id, pulse),
      handle: '',
      condition: { kind },
      tone: 'none',
      still: false,
      stale: false,
      minutes: [],
      style,
    });
    const views = [
      lane('a', 'peak', 0.5),
      lane('b', 'peak', 0.3),
      lane('c', 'trouble', -0.2),
      lane('d', 'trouble', -0.4),
      lane('e', 'steady', 0),
    ];
    expect(tinted(views).map(({ tone }) => tone)).toEqual(['good', 'none', 'bad', 'bad', 'none']);
  });
  it('names the change furthest from noise where nobody moved', () => {
    const all = [room('a', 0.1, { gmv: held(0.9, 0.4) }), room('b', -0.1, { comments: held(0.12, 1.9) })];
    expect(chooseStrip(all)).toEqual({ calm: { name: 'b', metric: 'comments', delta: 0.12 } });
  });
  it('has nothing to say without rooms', () => {
    expect(chooseStrip([])).toEqual({});
  });
});

describe('a sentence', () => {
  it('tells by the headline, else by the largest term that pulls the pulse its way', () => {
    expect(headlineMetric(compareOf(-0.3, {}, { headline: { metric: 'product_clicks' } }))).toBe('product_clicks');
    expect(headlineMetric(compareOf(-0.3, { gmv: held(0.9, 3), online: held(-0.3, -4), ctor: held(-0.4, -4) }))).toBe(
      'online',
    );
  });
  it('drops whole clauses beyond 72 characters', () => {
    expect(joinClauses(['a'.repeat(40), 'b'.repeat(40), 'c'])).toBe('a'.repeat(40));
    expect(joinClauses(['one', 'two'])).toBe('one. two');
  });
  it('states what moved and what was the case, never a cause', () => {
    const strong = { signal: 'strong' as const };
    const factor = {
      metric: 'gmv' as const,
      context: 'factor' as const,
      params: { factor: 'ctr', from: 0.13, to: 0.0513 },
    };
    const compare = compareOf(
      -0.4,
      { gmv: held(-0.76, -5, strong), online: held(-0.25, -4, strong) },
      { headline: factor },
    );
    expect(contextSentence(compare, style)).toBe('Product CTR 13.0% → 5.13%. Online \u221225%');
  });
});

const info: RoomInfo = {
  room_id: 'r',
  totals_from: M,
  status: 'live',
  available: ['gmv', 'paid_orders', 'online', 'ctr'],
};
const totals = {
  gmv: 161_500_000,
  paid_orders: 1_304,
  online: 7_210,
  product_clicks: 13_645,
  views: 94_850,
  acu_sum: 0,
  acu_n: 0,
} as Totals;

describe('a cell', () => {
  const cell = (
    id: Parameters<typeof cellValue>[0]['id'],
    compare: Compare | undefined,
    mode: 'total' | 'minute' = 'total',
  ) => cellValue({ id, info, totals, compare, mode, style });
  const full = compareOf(0, { gmv: { value: 529_400 }, online: { value: 7_300, base: 9_959 }, ctr: { value: 0.0513 } });

  it('has total and minute, level and base, minute and stream', () => {
    expect(cell('gmv', full)).toEqual({ main: '₱1.615M', sub: '₱5,294/min' });
    expect(cell('gmv', full, 'minute')).toEqual({ main: '₱5,294', sub: 'total ₱1.615M' });
    expect(cell('online', full)).toEqual({ main: '7,210', sub: 'base 9,959' });
    expect(cell('ctr', full)).toEqual({ main: '5.13%', sub: 'stream 14.4%' });
  });
  it('says why there is nothing, and never a zero', () => {
    expect(cell('comments', full)).toEqual({
      main: '–',
      sub: 'not sent by this source',
      reason: 'not sent by this source',
    });
    expect(cell('ctr', compareOf(0))).toMatchObject({ main: '–', reason: 'denominator 0' });
    expect(cell('ctr', undefined)).toMatchObject({ main: '–', reason: 'no closed minute yet' });
    expect(cell('gmv', undefined)).toEqual({ main: '₱1.615M', sub: 'no closed minute yet' });
  });
});

describe('a line', () => {
  const row = (n: number, gmv: number, whole = true): MinuteRow =>
    ({ minute: M + n * 60_000, counts: { gmv }, ...(whole ? { compare: compareOf(0) } : {}) }) as unknown as MinuteRow;
  it('fills fixed slots from the right and leaves gaps as gaps', () => {
    const rows = [row(0, 9, false), row(1, 1), row(3, 3)];
    expect(seriesOf(rows, M + 3 * 60_000, 5, 'gmv')).toEqual([undefined, undefined, 1, undefined, 3]);
    expect(pathOf([undefined, 1, 2, undefined, 3], (slot, value) => [slot, value])).toBe('M1.0 1.0L2.0 2.0M4.0 3.0');
    expect(areaOf([1, undefined, 2, 3], (slot, value) => [slot, value], 9)).toBe(
      'M0.0 9L0.0 1.0L0.0 9ZM2.0 9L2.0 2.0L3.0 3.0L3.0 9Z',
    );
  });
});

const entry = (room_id: string, minute: number | undefined, more: Partial<RoomEntry> = {}): RoomEntry =>
  ({
    room_id,
    phase: 'live',
    stale: false,
    lagMs: 400,
    state: {
      room_id,
      minutes: [],
      live: { room: info, health: { last_event_at: M, stream_time: M + 34_000 } },
      ...(minute === undefined ? {} : { compare: { ...compareOf(0), minute } }),
    },
    ...more,
  }) as unknown as RoomEntry;
const rooms = (...entries: RoomEntry[]): Map<string, RoomEntry> => new Map(entries.map((each) => [each.room_id, each]));

describe('the gate of closed minutes', () => {
  it('lets all rooms change in one frame', () => {
    let gate = passGate(CLOSED, rooms(entry('a', 1), entry('b', 1)), 0);
    gate = passGate(gate, rooms(entry('a', 2), entry('b', 1)), 100);
    expect([...gate.shown.values()].map(({ compare }) => compare?.minute)).toEqual([1, 1]);
    gate = passGate(gate, rooms(entry('a', 2), entry('b', 2)), 900);
    expect([...gate.shown.values()].map(({ compare }) => compare?.minute)).toEqual([2, 2]);
    expect(gate.since).toBeUndefined();
  });
  it('waits two seconds at most, and not for rooms that stand still', () => {
    const first = passGate(CLOSED, rooms(entry('a', 1), entry('b', 1)), 0);
    const later = rooms(entry('a', 2), entry('b', 1));
    const waiting = passGate(first, later, 100);
    expect(passGate(waiting, later, 2_200).shown.get('a')?.compare?.minute).toBe(2);
    const still = passGate(first, rooms(entry('a', 2), entry('b', 1, { stale: true })), 100);
    expect(still.shown.get('a')?.compare?.minute).toBe(2);
  });
});

describe('the condition of a room', () => {
  const shown = { minutes: [], compare: compareOf(0, {}, { state: 'peak' }) };
  it('is stale after 30 s without an event', () => {
    expect(conditionOf({ entry: entry('a', 1), shown }, M + 30_000).kind).toBe('peak');
    expect(conditionOf({ entry: entry('a', 1), shown }, M + 34_000)).toMatchObject({ kind: 'stale', silentMs: 34_000 });
    expect(conditionOf({ entry: entry('a', 1, { stale: true }), shown }, M).kind).toBe('stale');
  });
  it('is stale where its partition’s clock stands, and behind before that', () => {
    const lane = { entry: entry('a', 1), shown };
    const stood = M + 34_000;
    expect(conditionOf({ ...lane, entry: entry('a', 1) }, stood - 5_000).kind).toBe('peak');
    const at = (ms: number) => lagOf({ kind: 'peak' }, lane, stood + ms);
    expect([at(5_000), at(8_000)]).toEqual([400, 8_000]);
    expect(lagOf({ kind: 'gone', code: '' }, lane, stood)).toBeUndefined();
    const quick = { entry: entry('a', 1), shown };
    Object.assign(quick.entry.state?.live.health ?? {}, { last_event_at: stood });
    expect(conditionOf(quick, stood + 8_000).kind).toBe('peak');
    expect(conditionOf(quick, stood + 8_001)).toMatchObject({ kind: 'stale', source: true });
  });
  it('puts the end of access first', () => {
    expect(conditionOf({ entry: { room_id: 'a', phase: 'gone', stale: true }, shown }, M).kind).toBe('gone');
    expect(conditionOf(undefined, M).kind).toBe('opening');
  });
});

describe('freshness', () => {
  const picture = (more: Partial<Picture>): Picture =>
    ({ at: M, link: { kind: 'open' }, heardAt: M, degraded: new Set(), rooms: new Map(), ...more }) as Picture;
  it('says how far behind the slowest moving room is', () => {
    expect(freshnessOf(picture({}), [120, 400], M, M)).toEqual({ level: 'live', text: 'Live · 0.4 s behind' });
    expect(freshnessOf(picture({}), [3_100], M, M)).toEqual({ level: 'behind', text: '3 s behind' });
  });
  it('says how stale the page is and when it tries again', () => {
    const waiting = picture({ link: { kind: 'waiting', attempt: 3, retryAt: 2_600 } });
    expect(freshnessOf(waiting, [], M + 12_000, 0)).toEqual({
      level: 'cut',
      text: 'Stale 12 s, reconnecting. Next try in 3 s',
    });
  });
  it('names what the gateway says is away', () => {
    expect(freshnessOf(picture({ degraded: new Set(['redis']) }), [100], M, M)).toMatchObject({ level: 'cut' });
    expect(freshnessOf(picture({ degraded: new Set(['slow']) }), [100], M, M)).toMatchObject({ level: 'behind' });
  });
});

describe('the room that makes way', () => {
  const candidate = (room_id: string, kind: string, since: number, others: string[] = []): Candidate =>
    ({ view: { room_id, condition: { kind } }, since, others, mine: true }) as unknown as Candidate;
  it('is steady, watched longest, and not by others', () => {
    const all = [
      candidate('trouble', 'trouble', 1),
      candidate('shared', 'steady', 0, ['Jonas']),
      candidate('young', 'steady', 9),
      candidate('old', 'steady', 2),
    ];
    expect(suggest(all)?.view.room_id).toBe('old');
    expect(suggest([])).toBeUndefined();
  });
});

describe('where to go after signing in', () => {
  it('is a path of ours and nothing else', () => {
    expect(safeNext('/monitor?rooms=a,b')).toBe('/monitor?rooms=a,b');
    for (const next of [null, 'https://elsewhere.example', '//elsewhere.example', '/\\elsewhere', 'javascript:1'])
      expect(safeNext(next)).toBe('/monitor');
  });
});
