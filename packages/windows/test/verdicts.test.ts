import { partitionOf } from '@liveboard/contracts';
import { expect, it } from 'vitest';
import { createPartition, restorePartition } from '../src/index.ts';
import { bytes, log, M, OPTIONS, run, started, T, tick } from './log.ts';

const share = (ts: number, id: string) => ({ type: 'share.sent', ts, user_id: 'u', id });

it('counts an id once as long as the minute in which it counted is not final', () => {
  const { outcomes, end } = run(
    log([
      started(T),
      share(T + 1, 'x'),
      share(T + 2, 'x'),
      tick(T + 3 * M - 1),
      share(T + 2 * M, 'x'),
      tick(T + 3 * M),
      share(T + 2 * M, 'x'),
    ]),
  );
  expect(outcomes.map(({ kind }) => kind)).toEqual([
    'counted',
    'counted',
    'duplicate',
    'tick',
    'duplicate',
    'tick',
    'counted',
  ]);
  expect(end.rooms[0]?.live.totals?.shares).toBe(2);
  expect(end.rooms[0]?.live.health.duplicates).toBe(2);
});

it('puts an event of a final minute into no row and no total', () => {
  const { outcomes, rows, end } = run(log([started(T), tick(T + 3 * M), share(T + M - 1, 'x'), share(T + M, 'y')]));
  expect(outcomes.map(({ kind }) => kind)).toEqual(['counted', 'tick', 'late', 'counted']);
  expect(rows.map(({ counts }) => counts.shares)).toEqual([0, 1, 0]);
  expect(end.rooms[0]?.live).toMatchObject({ totals: { shares: 1 }, health: { late: 1, counted: 2 } });
});

it('refuses what is more than 30 s ahead of its append time, ticks too, and is not moved by it', () => {
  const partition = createPartition(OPTIONS);
  const records = log([share(T + 30_000, 'a'), share(T + 30_001, 'b'), tick(T + 30_001), tick(T + 30_000)], T);
  expect(records.map((record) => partition.apply(record))).toMatchObject([
    { kind: 'counted' },
    { kind: 'quarantined', reason: 'future' },
    { kind: 'quarantined', reason: 'future' },
    { kind: 'tick' },
  ]);
  // No fast clock hurries stream time beyond the broker's.
  expect(partition.streamTime).toBe(T);
});

it('forwards an event of another partition and lets it do nothing here', () => {
  const home = partitionOf('r1', 8);
  const partition = createPartition({ ...OPTIONS, partition: (home + 1) % 8, partitions: 8 });
  const [record] = log([started(T)]);
  expect(record && partition.apply(record)).toEqual({ kind: 'forwarded', room_id: 'r1', to: home });
  expect(partition.rooms()).toEqual([]);
  expect(partition.streamTime).toBeUndefined();
  expect(partition.ledger).toMatchObject({ in: 1, forwarded: 1, counted: 0 });
});

it('counts every record in exactly one place of the ledger', () => {
  const partition = createPartition(OPTIONS);
  const odd = [null, new Uint8Array(), bytes([]), bytes({ v: 1, id: 'x', type: 'x.y', room_id: 'r1', ts: T })];
  const values = [
    ...log([started(T), share(T, 'a'), share(T, 'a'), tick(T + 3 * M), share(T, 'b')]).map(({ value }) => value),
    ...odd,
  ];
  values.forEach((value, offset) => {
    partition.apply({ offset, append: T + 5 * M, value });
  });
  const { in: all, ...parts } = partition.ledger;
  expect(parts).toEqual({ counted: 2, duplicate: 1, late: 1, quarantined: 3, forwarded: 0, ignored: 1, ticks: 1 });
  expect(Object.values(parts).reduce((a, b) => a + b)).toBe(all);
});

it('remembers ids and ledger across a checkpoint', () => {
  const records = log([started(T), share(T + 1, 'x'), share(T + 2, 'x')]);
  const before = createPartition(OPTIONS);
  for (const record of records) before.apply(record);
  before.drain();
  const after = restorePartition(OPTIONS, Buffer.concat([...before.encode()]));
  expect(after.ledger).toEqual(before.ledger);
  expect(after.applied).toBe(2);
  const [again] = log([share(T + 3, 'x')]);
  expect(again && after.apply({ ...again, offset: 3 }).kind).toBe('duplicate');
});

it('writes no checkpoint while readers have not been told all', () => {
  const partition = createPartition(OPTIONS);
  const records = log([started(T), tick(T + M), share(T + 1, 'x')]);
  for (const record of records.slice(0, 2)) partition.apply(record);
  partition.drain();
  partition.apply(records[2] as (typeof records)[number]);
  expect(() => [...partition.encode()]).toThrow('drain before encoding');
});
