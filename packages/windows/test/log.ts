import type { MinuteRow } from '@liveboard/contracts';
import fc from 'fast-check';
import { createPartition, type Drain, type LogRecord, type Outcome, restorePartition } from '../src/index.ts';

export const M = 60_000;
/** The first minute of all examples. */
export const T = Date.UTC(2026, 0, 1);
export const OPTIONS = { partition: 0, partitions: 1, generation: 1 };

export type Loose = Record<string, unknown> & { type: string; ts: number };

export const started = (ts: number): Loose => ({
  type: 'room.started',
  ts,
  account_id: 'a',
  handle: 'h',
  name: 'n',
  title: 't',
  currency: 'IDR',
  timezone: 'Asia/Jakarta',
});
export const tick = (ts: number): Loose => ({ type: 'clock.tick', ts });
export const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

const body = (event: Loose, offset: number): Loose =>
  event.type === 'clock.tick' ? { v: 1, ...event } : { v: 1, id: `e${offset}`, room_id: 'r1', ...event };

/** Records of one partition, all appended at `append`: by default long after, so that event time drives stream time. */
export const log = (events: readonly Loose[], append = T + 24 * 60 * M): LogRecord[] =>
  events.map((event, offset) => ({ offset, append, value: bytes(body(event, offset)) }));

export interface Run {
  readonly outcomes: readonly Outcome[];
  /** The last version of every row that was told, by room and minute. */
  readonly rows: readonly MinuteRow[];
  /** The whole state after the last record. */
  readonly end: Drain;
}

/** A value as it goes over a wire, where there is no -0. */
const sent = <V>(value: V): V => JSON.parse(JSON.stringify(value)) as V;

/** Applies a log, drained each `batch` records; at the index `restartAt` the state is written down and read back. */
export const run = (records: readonly LogRecord[], batch = 1, restartAt?: number): Run => {
  let partition = createPartition(OPTIONS);
  const rows = new Map<string, MinuteRow>();
  const take = (full: readonly string[] = []): Drain => {
    const drain = partition.drain(full);
    for (const each of drain.records)
      if (each.kind === 'minute') rows.set(`${each.row.minute} ${each.room_id}`, sent(each.row));
    return drain;
  };
  const outcomes = records.map((record, i) => {
    const outcome = partition.apply(record);
    if (i % batch === batch - 1) take();
    if (i === restartAt) {
      take();
      partition = restorePartition(OPTIONS, Buffer.concat([...partition.encode()]));
    }
    return outcome;
  });
  take();
  return {
    outcomes,
    rows: [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row),
    end: sent(take(partition.rooms())),
  };
};

/** A row without what the order of arrival may shape: the record that changed it last. */
export const settled = (rows: readonly MinuteRow[]) => rows.map(({ rev, ...row }) => row);

const MINUTES = 14;

/** What happens in a room, freely: orders, users and products collide. `n` makes ids and instants distinct. */
export const happening = fc.record({
  at: fc.integer({ min: 0, max: MINUTES * 60 - 1 }),
  what: fc.constantFrom(
    'enter',
    'left',
    'snap',
    'click',
    'click',
    'created',
    'paid',
    'paid',
    'cancelled',
    'refunded',
    'comment',
    'listed',
    'pinned',
    'unpinned',
    'marker',
    'ended',
    'restarted',
  ),
  who: fc.integer({ min: 0, max: 3 }),
});
export type Happening = typeof happening extends fc.Arbitrary<infer X> ? X : never;

const SOURCES = ['search', 'ads', 'share', 'video'];

export const toEvent = ({ at, what, who }: Happening, n: number): Loose => {
  const base = { ts: T + at * 1_000 + n, id: `p${n}`, user_id: `u${who}` };
  const product_id = `p${who % 2}`;
  const items = [{ product_id, quantity: 1 + who, amount_minor: 10 + who }];
  switch (what) {
    case 'enter':
      return { ...base, type: 'viewer.entered', source: SOURCES[who] };
    case 'left':
      return { ...base, type: 'viewer.left', watch_ms: 5 };
    case 'snap':
      return { ...base, type: 'audience.snapshot', online: who * 70 };
    case 'click':
      return { ...base, type: 'product.clicked', product_id };
    case 'comment':
      return { ...base, type: 'comment.posted', text: 'x' };
    case 'listed':
      return { ...base, type: 'product.listed', product_id, title: `t${n}`, price_minor: 1, stock: 4 * who };
    case 'pinned':
    case 'unpinned':
      return { ...base, type: `product.${what}`, product_id };
    case 'marker':
      return { ...base, type: 'marker.added', label: `m${n}`, kind: 'note' };
    case 'ended':
      return { ...base, type: 'room.ended' };
    case 'restarted':
      return { ...started(base.ts), id: base.id };
    default:
      return { ...base, type: `order.${what}`, order_id: `o${who}`, items };
  }
};
