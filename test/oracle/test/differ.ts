import type { MinuteRow, RoomRecord } from '@liveboard/contracts';
import { createPartition, type Outcome, type Partition, type RoomChange, restorePartition } from '@liveboard/windows';
import { countPartition, type OracleRecord, type OracleResult, type OracleRoom } from '../src/index.ts';

export type DifferOptions = {
  partition: number;
  partitions: number;
  /** Records between two drains. */
  batch: number;
  /** The core is written down and read back before each of these records. */
  restarts?: readonly number[];
};

/** What a reader of a room knows that has put all of its changes together. */
type Reader = {
  rev: number;
  live: RoomChange['live'];
  products: Map<string, unknown>;
  catalog: Map<string, unknown>;
  sources: Map<string, unknown>;
  minutes: Map<number, MinuteRow>;
  markers: unknown[];
  compare?: unknown;
};

type Core = {
  partition: Partition;
  outcomes: Outcome[];
  rows: Map<string, Map<number, MinuteRow>>;
  told: Map<string, RoomRecord>;
  readers: Map<string, Reader>;
};

/** Puts a change on what a reader knows. @throws Error where the change does not follow it. */
function read(known: Reader | undefined, change: RoomChange): Reader {
  const { full, prev, rev, live } = change;
  if (!full && prev !== known?.rev) throw new Error(`a change follows ${prev}, the reader is at ${known?.rev}`);
  const before = full ? undefined : known;
  const over = <K, V>(map: Map<K, V> | undefined, entries: readonly V[], key: (entry: V) => K): Map<K, V> =>
    new Map([...(map ?? []), ...entries.map((entry): [K, V] => [key(entry), entry])]);
  const minutes = over(before?.minutes, change.minutes, ({ minute }) => minute);
  for (const minute of change.forgotten) minutes.delete(minute);
  const compare = change.compare ?? before?.compare;
  return {
    rev,
    live,
    products: over(before?.products, change.products, (row) => (row as { product_id: string }).product_id),
    catalog: over(before?.catalog, change.catalog, (item) => (item as { product_id: string }).product_id),
    sources: over(before?.sources, change.sources, (row) => (row as { source: string }).source),
    minutes,
    markers: [...(before?.markers ?? []), ...change.markers],
    ...(compare === undefined ? {} : { compare }),
  };
}

function runCore(records: OracleRecord[], { batch, restarts = [], ...place }: DifferOptions): Core {
  const options = { ...place, generation: 1 };
  let partition = createPartition(options);
  const rows: Core['rows'] = new Map();
  const told: Core['told'] = new Map();
  const readers: Core['readers'] = new Map();
  const take = (): void => {
    const drain = partition.drain();
    for (const change of drain.rooms) readers.set(change.room_id, read(readers.get(change.room_id), change));
    for (const record of drain.records) {
      if (record.kind === 'room') {
        told.set(record.info.room_id, record);
        continue;
      }
      const room = rows.get(record.room_id) ?? new Map<number, MinuteRow>();
      rows.set(record.room_id, room);
      if (room.get(record.row.minute)?.state === 'final') throw new Error('a final row was told again');
      room.set(record.row.minute, record.row);
    }
  };
  const outcomes = records.map((record, index) => {
    if (restarts.includes(index)) {
      take();
      // After a restart a reader is told of a room once it changes, and then all of it.
      readers.clear();
      partition = restorePartition(options, Buffer.concat([...partition.encode()]));
    }
    const outcome = partition.apply(record);
    if (index % batch === batch - 1) take();
    return outcome;
  });
  take();
  return { partition, outcomes, rows, told, readers };
}

function near(a: unknown, b: unknown): boolean {
  if (typeof a !== 'number' || typeof b !== 'number') return Object.is(a, b);
  if (Number.isInteger(a) && Number.isInteger(b)) return a === b;
  // A difference of nearly equal numbers may be rounding alone, and 0 in one of two ways to count it.
  return Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b), 1e-3);
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

/** Rows as they are published: products and sources in the ten newest alone. */
function bare(minutes: readonly MinuteRow[]): MinuteRow[] {
  return minutes.map((row, index, all) =>
    index < all.length - 10 && row.state === 'final' ? { ...row, products: [], sources: [] } : row,
  );
}

/** What a reader put together against the whole state. */
function compareReader(room: string, reader: Reader, change: RoomChange, cells: Cells): void {
  const still = ({ health: { stream_time, ...health }, ...live }: RoomChange['live']) => ({ ...live, health });
  compare(`${room}.read.live`, still(reader.live), still(change.live), cells);
  for (const name of ['products', 'catalog', 'sources'] as const) {
    const key = (each: object): string => JSON.stringify(Object.values(each)[0]);
    const known = [...reader[name].values()] as object[];
    compare(`${room}.read.${name}`, keyed(known, key), keyed<object>(change[name], key), cells);
  }
  const minutes = [...reader.minutes.values()].sort((a, b) => a.minute - b.minute);
  compare(`${room}.read.minutes`, bare(minutes), bare(change.minutes), cells);
  compare(`${room}.read.markers`, reader.markers, change.markers, cells);
  if (change.compare !== undefined) compare(`${room}.read.compare`, reader.compare, change.compare, cells);
}

/** What the readers of a room are told after the last record, on both sides. */
function compareRoom(room: OracleRoom, { partition: core, rows, told, readers }: Core, cells: Cells): void {
  const { room_id } = room.info;
  const reader = readers.get(room_id);
  const settled = room.minutes.filter(({ state }) => state !== 'provisional');
  compare(
    `${room_id}.told`,
    keyed([...(rows.get(room_id)?.values() ?? [])], ({ minute }) => minute),
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
  compare(`${room_id}.room_record.info`, told.get(room_id)?.info, live.room, cells);
  if (reader !== undefined) compareReader(room_id, reader, change, cells);
  compare(`${room_id}.minutes`, bare(change.minutes), bare(settled.slice(-60) as MinuteRow[]), cells);
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
  const run = runCore(records, options);
  const { partition: core, outcomes, rows } = run;
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
  for (const room of oracle.rooms.values()) compareRoom(room, run, cells);
  for (const id of rows.keys()) if (!oracle.rooms.has(id)) cells.differ.push(`${id}: told, unknown to the oracle`);
  return { ...cells, oracle };
}
