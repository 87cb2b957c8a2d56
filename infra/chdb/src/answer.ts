import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { hostname } from 'node:os';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Done, EngineError } from './engine.ts';

/** HTTP statuses of the engine's codes, as a server gives them; all others are 500. */
const STATUSES: readonly (readonly [status: number, codes: readonly number[]])[] = [
  [400, [6, 8, 15, 25, 26, 27, 36, 37, 38, 41, 44, 53, 62, 72, 117, 123, 167, 168, 223, 321, 376, 427, 441, 675, 676]],
  [403, [192, 193, 497, 512, 516]],
  [404, [46, 47, 50, 56, 60, 63, 73, 78, 81, 115, 152, 336, 511]],
  [408, [159]],
  [411, [381]],
  [413, [229]],
  [415, [779]],
  [501, [48]],
  // The last two, too many statements and a server that ends, are this front's own.
  [503, [76, 209, 439, 202, 236]],
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

/** `X-ClickHouse-Summary`, numbers as text. What an embedded engine does not tell is 0, as it is where nothing has ended yet. */
export const summaryOf = (done?: Omit<Done, 'bytes'>, isInsert = false): string => {
  const rows = String(done?.rows ?? 0);
  const bytes = String(done?.size ?? 0);
  return JSON.stringify({
    read_rows: isInsert ? rows : '0',
    read_bytes: isInsert ? bytes : '0',
    written_rows: isInsert ? rows : '0',
    written_bytes: isInsert ? bytes : '0',
    total_rows_to_read: '0',
    result_rows: rows,
    result_bytes: bytes,
    elapsed_ns: String(Math.round((done?.elapsed ?? 0) * 1e9)),
  });
};

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
  response.setHeader('X-ClickHouse-Summary', summaryOf());
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

/** What follows a result that fails in its middle; clients that know `tag` from the headers find it. */
const failureBlock = (tag: string, error: unknown): string => {
  const message = `${error instanceof Error ? error.message : error}\n`;
  return `\r\n__exception__\r\n${tag}\r\n${message}${Buffer.byteLength(message)} ${tag}\r\n__exception__\r\n`;
};

/**
 * Sends a result; resolves once it is sent or the client is gone. Where it fails in the middle, the exception follows and
 * the answer is left without its end, so that half a result is never taken for a whole one.
 */
export const sendResult = async (response: ServerResponse, body: Readable, result: Result): Promise<void> => {
  const tag = randomBytes(8).toString('hex');
  head(response, result.queryId);
  response.setHeader('X-ClickHouse-Format', result.format);
  response.setHeader('X-ClickHouse-Summary', result.summary);
  response.setHeader('X-ClickHouse-Exception-Tag', tag);
  response.setHeader('Content-Type', typeOf(result.format));
  if (result.gzip) response.setHeader('Content-Encoding', 'gzip');
  let isWhole = true;
  const read = async function* (): AsyncGenerator<Buffer> {
    try {
      yield* body;
    } catch (error) {
      isWhole = false;
      yield Buffer.from(failureBlock(tag, error));
    }
  };
  const source = Readable.from(read(), { objectMode: false });
  try {
    if (result.gzip) await pipeline(source, createGzip({ level: 1 }), response, { end: false });
    else await pipeline(source, response, { end: false });
  } catch {
    // The client left.
    return;
  }
  if (isWhole) response.end();
  else response.socket?.destroySoon();
};
