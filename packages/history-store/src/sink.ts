import type { MinuteRecord, RoomRecord } from '@liveboard/contracts';
import type { Log } from '@liveboard/runtime';
import type { HistoryClient } from './client.ts';
import { encodeRows } from './encode.ts';
import { rowsOf } from './rows/records.ts';
import { createTableWriter, type TableWriter, type WriterLimits, type WriterStatus } from './table-writer.ts';
import { type Rows, TABLES, type Table } from './tables.ts';

/** Writes rows to all tables, each in batches of its own. */
export interface HistorySink {
  /** Resolves once all of them are acknowledged; never rejects. Rows of one table keep the order of the calls. */
  write(rows: Rows): Promise<void>;
  /** Undefined while these tables take more; else what resolves once the first full one does. */
  full(tables: readonly Table[]): Promise<void> | undefined;
  status(): ReadonlyMap<Table, WriterStatus>;
  /** Tries what waits once more, then gives up. */
  close(): Promise<void>;
}

export const createHistorySink = (
  client: Pick<HistoryClient, 'inserter'>,
  log: Log,
  limits: Partial<WriterLimits> = {},
): HistorySink => {
  const writers = new Map<Table, TableWriter>(
    TABLES.map((table) => [table, createTableWriter({ table, insert: client.inserter(table), log, limits })]),
  );
  return {
    write: async (rows) => {
      const added: Promise<void>[] = [];
      for (const [table, writer] of writers)
        for (const chunk of encodeRows(rows[table] ?? [])) added.push(writer.add(chunk));
      await Promise.all(added);
    },
    full: (tables) => {
      for (const table of tables) {
        const full = writers.get(table)?.full;
        if (full !== undefined) return full;
      }
      return undefined;
    },
    status: () => new Map([...writers].map(([table, writer]) => [table, writer.status()])),
    close: async () => {
      await Promise.all([...writers.values()].map((writer) => writer.close()));
    },
  };
};

/**
 * Writes rooms that lie in the past, as the pure core made them of simulated records with generation 0, below every log.
 * Resolves once all is acknowledged. @throws Error at a record of a log.
 */
export const writePast = (sink: HistorySink, records: readonly (MinuteRecord | RoomRecord)[]): Promise<void> => {
  const other = records.find(({ generation }) => generation !== 0);
  if (other !== undefined) throw new Error(`generation: must be 0 for simulated records, not ${other.generation}`);
  return sink.write(rowsOf(records));
};
