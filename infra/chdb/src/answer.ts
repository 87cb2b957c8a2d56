import type { ServerResponse } from 'node:http';
import { hostname } from 'node:os';
import { pipeline, type Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { Done, EngineError } from './engine.ts';

/** HTTP statuses of the engine's codes, as a server gives them; all others are 500. */
const STATUSES: readonly (readonly [status: number, codes: readonly number[]])[] = [
  [400, [6, 8, 10, 15, 25, 26, 27, 36, 38, 41, 44, 53, 62, 72, 117, 125, 167, 168, 190, 321, 376, 409, 427, 675, 676]],
  [403, [192, 193, 497, 511, 516]],
  [404, [46, 47, 50, 56, 60, 63, 73, 78, 81, 115, 336, 511]],
  [408, [159]],
  [411, [381]],
  [413, [223]],
  [415, [619]],
  [501, [48]],
  [503, [76, 202, 209, 236, 439]],
];

export const statusOf = (code: number): number => STATUSES.find(([, codes]) => codes.includes(code))?.[0] ?? 500;

const typeOf = (format: string): string => {
  if (/^JSON.*EachRow|^NDJSON/i.test(format)) return 'application/x-ndjson; charset=UTF-8';
  if (/^JSON/i.test(format)) return 'application/json; charset=UTF-8';
  if (/^CSV/i.test(format)) return 'text/csv; charset=UTF-8';
  if (/^(TSV|TabSeparated)/i.test(format)) return 'text/tab-separated-values; charset=UTF-8';
  if (/^(RowBinary|Native|Parquet|Arrow|ORC|Avro|MsgPack)/i.test(format)) return 'application/octet-stream';
  return 'text/plain; charset=UTF-8';
};

/** `X-ClickHouse-Summary`: numbers as text, so that none is too large for a reader. */
export const summaryOf = ({ rowsRead, bytesRead, elapsed }: Omit<Done, 'bytes'>, isInsert: boolean): string => {
  const rows = String(rowsRead);
  const bytes = String(bytesRead);
  return JSON.stringify({
    read_rows: rows,
    read_bytes: bytes,
    written_rows: isInsert ? rows : '0',
    written_bytes: isInsert ? bytes : '0',
    total_rows_to_read: '0',
    result_rows: isInsert ? rows : '0',
    result_bytes: isInsert ? bytes : '0',
    elapsed_ns: String(Math.round(elapsed * 1e9)),
  });
};

export const NO_SUMMARY = { rowsRead: 0, bytesRead: 0, elapsed: 0 };

/** What every answer says. */
const head = (response: ServerResponse, queryId: string): void => {
  response.setHeader('X-ClickHouse-Query-Id', queryId);
  response.setHeader('X-ClickHouse-Server-Display-Name', hostname());
  response.setHeader('X-ClickHouse-Timezone', process.env.TZ ?? 'UTC');
  response.setHeader('Cache-Control', 'no-store');
};

export const sendError = (response: ServerResponse, error: EngineError, queryId: string): void => {
  head(response, queryId);
  response.setHeader('X-ClickHouse-Exception-Code', String(error.code));
  response.setHeader('X-ClickHouse-Summary', summaryOf(NO_SUMMARY, false));
  response.setHeader('Content-Type', 'text/plain; charset=UTF-8');
  response.statusCode = statusOf(error.code);
  response.end(`${error.message}\n`);
};

export interface Result {
  readonly queryId: string;
  readonly format: string;
  readonly summary: string;
  readonly gzip: boolean;
}

/**
 * Sends a result; resolves once it is sent or the client is gone. Where it fails in the middle, the connection is cut after
 * the exception's text, so that half a result is never taken for a whole one.
 */
export const sendResult = (response: ServerResponse, body: Readable, result: Result): Promise<void> => {
  head(response, result.queryId);
  response.setHeader('X-ClickHouse-Format', result.format);
  response.setHeader('X-ClickHouse-Summary', result.summary);
  response.setHeader('Content-Type', typeOf(result.format));
  if (result.gzip) response.setHeader('Content-Encoding', 'gzip');
  response.statusCode = 200;
  return new Promise((sent) => {
    const ended = () => sent();
    if (result.gzip) pipeline(body, createGzip({ level: 1 }), response, ended);
    else pipeline(body, response, ended);
  });
};
