import type { MinuteRow, Snapshot, Update } from '@liveboard/contracts';
import { describe, expect, it } from 'vitest';
import { applySnapshot, applyUpdate, type RoomState } from '../src/index.ts';

const M = 1_800_000_000_000;
const row = (n: number, views = 0, rev = n): MinuteRow =>
  ({
    minute: M + n * 60_000,
    state: 'closed',
    rev,
    counts: { views },
    products: [],
    sources: [],
  }) as unknown as MinuteRow;
const snapshot = (more: Partial<Snapshot> = {}): Snapshot =>
  ({
    type: 'snapshot',
    room_id: 'r',
    epoch: 1,
    offset: 10,
    complete: true,
    room: { room_id: 'r', totals_from: M, status: 'live', available: ['gmv'], title: 'One' },
    totals: { gmv: 5, paid_orders: 1 },
    pinned: { product_id: 'p', since: M },
    health: { stream_time: M, counted: 1, late: 0, duplicates: 0, last_event_at: M },
    sources: [{ source: 'search', views: 1 }],
    products: [{ product_id: 'p', gmv: 5 }],
    catalog: [],
    markers: [],
    minutes: [row(0), row(1)],
    guidance: [],
    ...more,
  }) as unknown as Snapshot;
const update = (more: Partial<Update>): Update => ({ type: 'update', room_id: 'r', offset: 11, ...more }) as Update;
const start = (more?: Partial<Snapshot>): RoomState => applySnapshot(undefined, snapshot(more));
const applied = (state: RoomState, change: Update): RoomState => {
  const result = applyUpdate(state, change);
  if (result.kind !== 'applied') throw new Error(result.kind);
  return result.state;
};
const minutesOf = ({ minutes }: RoomState): number[] => minutes.map(({ minute }) => (minute - M) / 60_000);

describe('the state of a room', () => {
  it('patches on its own offset only', () => {
    const held = start();
    const next = applied(held, update({ prev: 10, set: { totals: { gmv: 9 }, pinned: null } }));
    expect(next.live.totals).toEqual({ gmv: 9, paid_orders: 1 });
    expect(next.live.pinned).toBeUndefined();
    expect(next.offset).toBe(11);
    expect(held.live.totals?.gmv).toBe(5);
    expect(applyUpdate(held, update({ prev: 9 }))).toEqual({ kind: 'gap' });
    expect(applyUpdate(next, update({ prev: 10 }))).toEqual({ kind: 'old' });
  });

  it('replaces rows by key and keeps them in order of time', () => {
    const next = applied(start(), update({ prev: 10, minutes: [row(2), row(1, 7)] }));
    expect(minutesOf(next)).toEqual([0, 1, 2]);
    expect(next.minutes[1]?.counts.views).toBe(7);
  });

  it('keeps sixty rows', () => {
    const minutes = Array.from({ length: 60 }, (_, i) => row(i));
    const next = applied(start({ minutes }), update({ prev: 10, minutes: [row(60)] }));
    expect(minutesOf(next)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
  });

  it('takes an update without prev as the whole live state', () => {
    const { room, health } = snapshot();
    const whole = update({ offset: 90, set: { room, health }, products: [], sources: [], minutes: [row(2)] });
    const next = applied(start(), whole);
    expect(next.live).toEqual({ room, health });
    expect(next.products).toEqual([]);
    expect(minutesOf(next)).toEqual([0, 1, 2]);
  });

  it('asks again where the whole state leaves a hole in the minutes', () => {
    expect(applyUpdate(start(), update({ offset: 90, set: {}, minutes: [row(4), row(5)] }))).toEqual({ kind: 'gap' });
  });

  it('adds the rows of a resume to those held, unless the log began anew', () => {
    const held = start();
    const newer = { complete: false, offset: 20, minutes: [row(1, 3, 15), row(2)] };
    expect(minutesOf(applySnapshot(held, snapshot(newer)))).toEqual([0, 1, 2]);
    expect(minutesOf(applySnapshot(held, snapshot({ ...newer, epoch: 2 })))).toEqual([1, 2]);
    expect(minutesOf(applySnapshot(held, snapshot({ minutes: [row(5)] })))).toEqual([5]);
  });
});
