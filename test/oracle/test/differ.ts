import type { MinuteRow } from '@liveboard/contracts';
import { createPartition, type Outcome, type Partition, restorePartition } from '@liveboard/windows';
import { countPartition, type OracleRecord, type OracleResult, type OracleRoom } from '../src/index.ts';

export type DifferOptions = {
  partition: number;
  partitions: number;
  /** Records between two drains. */
  batch: number;
  /** The core is written down and read back before each of these records. */
  restarts?: readonly number[];
};

type Core = { partition: Partition; outcomes: Outcome[]; rows: Map<string, Map<number, MinuteRow>> };

function runCore(records: OracleRecord[], { batch, restarts = [], ...place }: DifferOptions): Core {
  const options = { ...place, generation: 1 };
  let partition = createPartition(options);
  const rows: Core['rows'] = new Map();
  const take = (): void => {
    for (const record of partition.drain().records) {
      if (record.kind !== 'minute') continue;
      const room = rows.get(record.room_id) ?? new Map<number, MinuteRow>();
      rows.set(record.room_id, room);
      if (room.get(record.row.minute)?.state === 'final') throw new Error('a final row was told again');
      room.set(record.row.minute, record.row);
    }
  };
  const outcomes = records.map((record, index) => {
    if (restarts.includes(index)) {
      take();
      partition = restorePartition(options, Buffer.concat([...partition.encode()]));
    }
    const outcome = partition.apply(record);
    if (index % batch === batch - 1) take();
    return outcome;
  });
  take();
  return { partition, outcomes, rows };
}

function near(a: unknown, b: unknown): boolean {
  if (typeof a !== 'number' || typeof b !== 'number') return Object.is(a, b);
  if (Number.isInteger(a) && Number.isInteger(b)) return a === b;
  return Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b), Number.MIN_VALUE);
}

/** Every leaf in which two values differ, with its path; absent and undefined are the same. Counts the leaves met. */
export type Cells = { compared: number; differ: string[] };

function compare(path: string, core: unknown, oracle: unknown, cells: Cells): void {
  const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
  if (isObject(core) && isObject(oracle) && Array.isArray(core) === Array.isArray(oracle)) {
    for (const key of new Set([...Object.keys(core), ...Object.keys(oracle)]))
      compare(`${path}.${key}`, core[key], oracle[key], cells);
    return;
  }
  cells.compared += 1;
  if (!near(core, oracle))
    cells.differ.push(`${path}: ${JSON.stringify(core)}, by the oracle ${JSON.stringify(oracle)}`);
}

const keyed = <T>(items: readonly T[], key: (item: T) => string | number): Record<string, T> =>
  Object.fromEntries(items.map((item) => [`#${key(item)}`, item]));

function verdictOf(outcome: Outcome): string {
  return outcome.kind === 'quarantined' ? outcome.reason : outcome.kind;
}

/** What the readers of a room are told after the last record, on both sides. */
function compareRoom(room: OracleRoom, core: Partition, told: Map<number, MinuteRow>, cells: Cells): void {
  const { room_id } = room.info;
  const settled = room.minutes.filter(({ state }) => state !== 'provisional');
  compare(
    `${room_id}.told`,
    keyed([...told.values()], ({ minute }) => minute),
    keyed(settled, ({ minute }) => minute),
    cells,
  );
  const change = core.drain([room_id]).rooms.find((one) => one.room_id === room_id);
  if (room.dropped) return;
  if (change === undefined) {
    compare(`${room_id}.drain`, undefined, 'a room', cells);
    return;
  }
  const { live } = change;
  const sixty = settled
    .slice(-60)
    .map((row, index, all) =>
      index < all.length - 10 && row.state === 'final' ? { ...row, products: [], sources: [] } : row,
    );
  const bare = change.minutes.map((row, index, all) =>
    index < all.length - 10 && row.state === 'final' ? { ...row, products: [], sources: [] } : row,
  );
  compare(`${room_id}.minutes`, bare, sixty, cells);
  const sets = (info: { available: readonly string[] }) => ({ ...info, available: [...info.available].sort() });
  compare(`${room_id}.info`, sets(live.room), sets(room.info), cells);
  compare(`${room_id}.totals`, live.totals, room.totals, cells);
  compare(`${room_id}.late`, live.health.late, room.late, cells);
  compare(`${room_id}.duplicates`, live.health.duplicates, room.duplicates, cells);
  compare(`${room_id}.counted`, live.health.counted, room.counted, cells);
  compare(`${room_id}.pinned`, live.pinned, room.pinned, cells);
  compare(
    `${room_id}.catalog`,
    keyed(change.catalog, ({ product_id }) => product_id),
    keyed(room.catalog, ({ product_id }) => product_id),
    cells,
  );
  compare(
    `${room_id}.products`,
    keyed(change.products, ({ product_id }) => product_id),
    keyed(room.products, ({ product_id }) => product_id),
    cells,
  );
  compare(`${room_id}.sources`, change.sources, room.sources, cells);
  compare(
    `${room_id}.markers`,
    keyed(change.markers, ({ id, ts }) => `${id} ${ts}`),
    keyed(room.markers, ({ id, ts }) => `${id} ${ts}`),
    cells,
  );
  compare(`${room_id}.compare`, change.compare, room.minutes.findLast((row) => row.compare)?.compare, cells);
  const time = live.health.stream_time;
  const running = room.minutes.find(({ minute }) => minute === time - (time % 60_000));
  const { minute, counts, online, unpaid_orders } = running ?? {};
  compare(`${room_id}.now`, live.now, running && { minute, counts, online, unpaid_orders }, cells);
}

/** Counts one partition twice and compares every cell. */
export function differ(records: OracleRecord[], options: DifferOptions): Cells & { oracle: OracleResult } {
  const cells: Cells = { compared: 0, differ: [] };
  const { partition, partitions } = options;
  const oracle = countPartition(records, { partition, partitions, generation: 1 });
  const { partition: core, outcomes, rows } = runCore(records, options);
  compare(
    'verdict',
    outcomes.map(verdictOf),
    oracle.verdicts.map(({ verdict, reason }) => reason ?? verdict),
    cells,
  );
  compare('ledger', core.ledger, oracle.ledger, cells);
  compare('stream_time', core.streamTime, oracle.streamTime, cells);
  const dropped = new Set([...oracle.rooms].flatMap(([id, room]) => (room.dropped ? [id] : [])));
  compare(
    'rooms',
    core
      .rooms()
      .filter((id) => !dropped.has(id))
      .sort(),
    [...oracle.rooms.keys()].filter((id) => !dropped.has(id)).sort(),
    cells,
  );
  for (const [id, room] of oracle.rooms) compareRoom(room, core, rows.get(id) ?? new Map(), cells);
  for (const id of rows.keys()) if (!oracle.rooms.has(id)) cells.differ.push(`${id}: told, unknown to the oracle`);
  return { ...cells, oracle };
}
