import type { MinuteRecord, QuarantineRecord, RoomRecord } from '@liveboard/contracts';
import {
  type EventFields,
  type EventRow,
  eventRow,
  quarantineRow,
  type Rows,
  rowsOf,
  type Table,
} from '@liveboard/history-store';
import type { ReadRecord } from '@liveboard/kafka';
import type { Verdicts } from '@liveboard/windows';

/** Turns the records of one partition into rows, in offset order. */
export interface Intake {
  /** The tables that its rows go to. */
  readonly tables: readonly Table[];
  /** Offset of the last record taken; -1 before the first. */
  readonly applied: number;
  /** Records that are nothing of ours. */
  readonly unreadable: number;
  take(record: ReadRecord): void;
  /** The rows since the last call. */
  rows(): Rows;
  /** Goes on at `offset` although records before it were lost. */
  skipTo(offset: number): void;
  /** Its state, where it has one beside the position. */
  encode?(): Iterable<Uint8Array>;
}

/** An extension's envelope was judged; what else it holds was not. */
const extensionOf = ({ value }: ReadRecord): EventFields => JSON.parse((value ?? '').toString()) as EventFields;

const rowOf = (verdicts: Verdicts, record: ReadRecord, generation: number): EventRow | undefined => {
  const verdict = verdicts.judge(record);
  switch (verdict.kind) {
    case 'counted':
    case 'duplicate':
    case 'late':
      return eventRow(verdict.kind, verdict.event, record, generation);
    case 'ignored':
      return eventRow('ignored', extensionOf(record), record, generation);
    default:
      // Ticks are no events, forwarded ones stand in their own partition, refused ones in `live.quarantine`.
      return undefined;
  }
};

/** Events with the verdict that ingest comes to as well, since both ask the same code. */
export const createEventIntake = (verdicts: Verdicts, generation: number): Intake => {
  let events: EventRow[] = [];
  return {
    tables: ['events'],
    get applied() {
      return verdicts.applied;
    },
    unreadable: 0,
    take: (record) => {
      const row = rowOf(verdicts, record, generation);
      if (row !== undefined) events.push(row);
    },
    rows: () => {
      const rows = { events };
      events = [];
      return rows;
    },
    skipTo: (offset) => verdicts.skipTo(offset),
    encode: () => verdicts.encode(),
  };
};

/** Records that say their own rows. What cannot be read is counted and passed over: reading it again would not help. */
const createRecordIntake = <T>(tables: readonly Table[], from: number, convert: (record: T) => Rows): Intake => {
  let held: Rows[] = [];
  let applied = from;
  let unreadable = 0;
  return {
    tables,
    get applied() {
      return applied;
    },
    get unreadable() {
      return unreadable;
    },
    take: ({ offset, value }) => {
      applied = offset;
      try {
        held.push(convert(JSON.parse((value ?? '').toString()) as T));
      } catch {
        unreadable++;
      }
    },
    rows: () => {
      const rows = Object.fromEntries(
        tables.map((table) => [table, held.flatMap((each): object[] => [...(each[table] ?? [])])]),
      );
      held = [];
      return rows as Rows;
    },
    skipTo: (offset) => {
      applied = offset - 1;
    },
  };
};

/** `from`: the last record taken before; -1 for none. */
export const createMinuteIntake = (from: number): Intake =>
  createRecordIntake(
    ['minutes', 'minute_versions', 'product_minutes', 'rooms'],
    from,
    (record: MinuteRecord | RoomRecord) => rowsOf([record]),
  );

/** `from`: the last record taken before; -1 for none. */
export const createQuarantineIntake = (from: number): Intake =>
  createRecordIntake(['quarantine'], from, (record: QuarantineRecord) => ({ quarantine: [quarantineRow(record)] }));
