import { Readable } from 'node:stream';
import { ClickHouseError, ClickHouseLogLevel, type ClickHouseSettings, createClient } from '@clickhouse/client';
import type { Failed, Insert } from './table-writer.ts';

export interface HistoryOptions {
  /** `http://user:password@host:port` */
  readonly url: string;
  readonly database: string;
  /** How long an answer may take, ms. */
  readonly requestMs?: number;
  /** So many rows of a batch may be left out that the server cannot read; by default none, and it refuses the batch. */
  readonly skipRows?: number;
}

/** Rows of a query, as JSON gives them: 64-bit numbers are text. Rejects, and leaves its connection, once `signal` says so. */
export type Query = <Row>(
  sql: string,
  params?: Readonly<Record<string, unknown>>,
  signal?: AbortSignal,
) => Promise<Row[]>;

export interface HistoryClient {
  readonly database: string;
  readonly query: Query;
  command(sql: string, params?: Readonly<Record<string, unknown>>): Promise<void>;
  /** Resolves to what became of it; never rejects. */
  inserter(table: string): Insert;
  /** Makes the database where it is not there. */
  createDatabase(): Promise<void>;
  ping(): Promise<boolean>;
  close(): Promise<void>;
}

const SETTINGS: ClickHouseSettings = {
  // An acknowledgement must mean that the rows are written, and a refusal must be the answer's status.
  async_insert: 0,
  wait_end_of_query: 1,
  output_format_json_quote_64bit_integers: 1,
};
const INSERT: ClickHouseSettings = {
  // Rows of minutes lie in parts by month, and late or simulated ones may be of many.
  max_partitions_per_insert_block: '0',
};

/** The name of the database of a stack. */
export const databaseOf = (namespace: string): string => `${namespace}liveboard`;

const failed = (error: unknown): Failed => ({
  kind: error instanceof ClickHouseError ? 'refused' : 'unanswered',
  why:
    error instanceof Error
      ? `${'code' in error ? `${error.code}: ` : ''}${error.message}`.slice(0, 500)
      : String(error),
});

/** The official client, wrapped once. */
export const createHistoryClient = ({
  url,
  database,
  requestMs = 60_000,
  skipRows = 0,
}: HistoryOptions): HistoryClient => {
  const insertSettings = skipRows === 0 ? INSERT : { ...INSERT, input_format_allow_errors_num: String(skipRows) };
  const connect = (name: string) =>
    createClient({
      url,
      database: name,
      application: 'liveboard',
      request_timeout: requestMs,
      clickhouse_settings: SETTINGS,
      // What fails is said by whoever asked.
      log: { level: ClickHouseLogLevel.OFF },
    });
  const client = connect(database);
  return {
    database,
    query: async <Row>(sql: string, params: Readonly<Record<string, unknown>> = {}, signal?: AbortSignal) => {
      const answer = await client.query({
        query: sql,
        query_params: { ...params },
        format: 'JSONEachRow',
        ...(signal === undefined ? {} : { abort_signal: signal }),
      });
      return answer.json<Row>();
    },
    command: async (sql, params = {}) => {
      await client.command({ query: sql, query_params: { ...params } });
    },
    inserter: (table) => async (lines) => {
      try {
        const { stream } = await client.exec({
          query: `INSERT INTO ${table} FORMAT JSONEachRow`,
          values: Readable.from(lines, { objectMode: false }),
          clickhouse_settings: insertSettings,
        });
        // The answer is complete once its end was read: a connection lost before that leaves the rows in doubt.
        for await (const _ of stream);
        return { kind: 'written' };
      } catch (error) {
        return failed(error);
      }
    },
    createDatabase: async () => {
      const first = connect('default');
      try {
        await first.command({ query: `CREATE DATABASE IF NOT EXISTS ${database}` });
      } finally {
        await first.close();
      }
    },
    ping: async () => (await client.ping()).success,
    close: () => client.close(),
  };
};
