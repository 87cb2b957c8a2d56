import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { sendError, sendResult, summaryOf } from './answer.ts';
import { type Engine, EngineError, engineError, quote } from './engine.ts';
import { type Asked, readParameters } from './request.ts';
import { atMost, follow, isOverFirst, type Spool } from './spool.ts';
import { readStatement, type Statement } from './statement.ts';

/** A statement's text; rows are not part of it. */
const MAX_STATEMENT_BYTES = 32 * 1024 * 1024;
/** Rows of one insert, as they are sent. */
const MAX_ROWS_BYTES = 4 * 1024 * 1024 * 1024;
/** Request line and headers: a server takes a URL of 1 MiB. */
const MAX_HEAD_BYTES = 1024 * 1024 + 64 * 1024;

const INFLATE = { gzip: createGunzip, deflate: createInflate, br: createBrotliDecompress } as const;
type Encoding = keyof typeof INFLATE;

const encodingOf = (request: IncomingMessage): Encoding | undefined => {
  const encoding = request.headers['content-encoding'];
  if (encoding === undefined || encoding === '' || encoding === 'identity') return undefined;
  if (Object.hasOwn(INFLATE, encoding)) return encoding as Encoding;
  throw engineError(779, `Content-Encoding: must be one of gzip deflate br. (UNSUPPORTED_MEDIA_TYPE)`);
};

/** Pages of other places must not speak to a database on the loopback, whatever name they reach it by. */
const isForeign = ({ headers: { host, origin, 'sec-fetch-site': site } }: IncomingMessage): boolean =>
  // Whatever a browser sends, also what has no origin: an image, a followed link.
  origin !== undefined || site !== undefined || !/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host ?? '');

const bodyText = async (request: IncomingMessage): Promise<string> => {
  const encoding = encodingOf(request);
  const chunks: Buffer[] = [];
  const collect = async (body: AsyncIterable<Buffer>) => {
    for await (const chunk of body) chunks.push(chunk);
  };
  const limit = atMost(MAX_STATEMENT_BYTES);
  if (encoding === undefined) await pipeline(request, limit, collect);
  else await pipeline(request, INFLATE[encoding](), limit, collect);
  return Buffer.concat(chunks).toString('utf8');
};

/** Rows that begin in the statement's text and go on in the body. */
const joined = (inline: string, body: IncomingMessage | undefined, encoding: Encoding | undefined): Readable => {
  const inflate = encoding === undefined ? undefined : INFLATE[encoding]();
  // Its failure reaches whoever reads the end of it.
  const rest = body !== undefined && inflate !== undefined ? body.compose(inflate) : body;
  const read = async function* (): AsyncGenerator<Buffer> {
    yield Buffer.from(inline);
    if (rest !== undefined) yield* rest;
  };
  return Readable.from(read(), { objectMode: false });
};

/** The front of one engine: ClickHouse's HTTP interface, as far as its clients use it. */
export const createFront = (engine: Engine, spool: Spool): Server => {
  const job = ({ database, settings, format }: Asked, sql: string) => ({ sql, database, settings, format });

  const insert = async (
    request: IncomingMessage,
    response: ServerResponse,
    asked: Asked,
    statement: Extract<Statement, { kind: 'insert' }>,
    text: string,
    isBodyRead: boolean,
  ): Promise<void> => {
    const inline = text.slice(statement.dataAt);
    const isInline = isBodyRead || inline.trim() !== '';
    const encoding = isBodyRead ? undefined : encodingOf(request);
    const rows = isInline ? joined(inline, isBodyRead ? undefined : request, encoding) : request;
    // What stands alone stays compressed: the engine inflates it while it reads.
    const compression = isInline ? 'none' : (encoding ?? 'none');
    const file = await spool.take(rows, MAX_ROWS_BYTES);
    try {
      const from = ` FROM INFILE ${quote(file)} COMPRESSION '${compression}' `;
      const isValues = statement.format === 'Values';
      const tail = isValues ? `${text.slice(statement.sourceAt, statement.headEnd)} FORMAT Values` : undefined;
      const rest = tail ?? text.slice(statement.sourceAt, statement.dataAt);
      const done = await engine.run(job(asked, text.slice(0, statement.sourceAt) + from + rest));
      const summary = summaryOf(done, true);
      const result = { queryId: asked.queryId, format: statement.format, summary, gzip: false };
      await sendResult(response, Readable.from([]), result);
    } finally {
      await spool.drop(file);
    }
  };

  const select = async (
    response: ServerResponse,
    asked: Asked,
    statement: Extract<Statement, { kind: 'select' }>,
    text: string,
    gzip: boolean,
  ): Promise<void> => {
    const file = spool.name();
    const { outputAt } = statement;
    const sql = `${text.slice(0, outputAt)} INTO OUTFILE ${quote(file)} ${text.slice(outputAt)}`;
    const running = engine.run(job(asked, sql));
    try {
      let summary = summaryOf();
      const ended = running.then((done) => {
        summary = summaryOf(done);
      });
      // A statement that is over before anything is sent answers with its own status and summary.
      if (asked.wait || (await isOverFirst(file, ended))) await ended;
      const result = { queryId: asked.queryId, format: statement.format ?? asked.format, summary, gzip };
      await sendResult(response, follow(file, ended), result);
    } finally {
      // A client that left does not end the statement: its file stays until it has.
      await running.catch(() => undefined);
      await spool.drop(file);
    }
  };

  const answer = async (request: IncomingMessage, response: ServerResponse, asked: Asked): Promise<void> => {
    if (request.headers['content-type']?.startsWith('multipart/') === true)
      throw engineError(48, 'Forms are not supported by this front: send parameters in the URL. (NOT_IMPLEMENTED)');
    const inUrl = readStatement(asked.query);
    const hasRows = inUrl.kind === 'insert' && request.method === 'POST';
    const text = hasRows ? asked.query : asked.query + (await bodyText(request));
    const statement = hasRows ? inUrl : readStatement(text);
    if (statement.kind === 'empty') throw engineError(62, 'Syntax error: the query is empty. (SYNTAX_ERROR)');
    if (statement.kind === 'refused') throw engineError(statement.code, statement.why);
    if (request.method === 'GET' && statement.kind !== 'select' && /\bINSERT\b/i.test(text))
      throw engineError(164, 'GET changes nothing: insert by POST. (READONLY)');
    if (statement.kind === 'insert') return await insert(request, response, asked, statement, text, !hasRows);
    const gzip = asked.compress && /\bgzip\b/.test(request.headers['accept-encoding']?.toString() ?? '');
    if (statement.kind === 'select') return await select(response, asked, statement, text, gzip);
    const done = await engine.run(job(asked, text));
    const result = {
      queryId: asked.queryId,
      format: statement.format ?? asked.format,
      summary: summaryOf(done),
      gzip,
    };
    await sendResult(response, Readable.from([Buffer.from(done.bytes)]), result);
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let queryId = '';
    try {
      const url = new URL(request.url ?? '/', 'http://127.0.0.1');
      if (isForeign(request))
        throw engineError(497, 'Only programs of this machine are served, no pages. (ACCESS_DENIED)');
      if (url.pathname === '/ping') {
        response.setHeader('Content-Type', 'text/plain; charset=UTF-8');
        response.end('Ok.\n');
        return;
      }
      if (url.pathname !== '/') {
        response.statusCode = 404;
        response.end('There is no handle for this path. Use / or /ping.\n');
        return;
      }
      if (request.method !== 'GET' && request.method !== 'POST')
        throw engineError(48, `${request.method} is not supported: use GET or POST. (NOT_IMPLEMENTED)`);
      const asked = readParameters(url, request.headers);
      queryId = asked.queryId;
      // As a server: what GET asks for changes nothing.
      const settings = request.method === 'GET' ? new Map([...asked.settings, ['readonly', '2']]) : asked.settings;
      await answer(request, response, { ...asked, settings });
    } catch (error) {
      if (response.headersSent || response.destroyed) {
        response.destroy();
        return;
      }
      const known =
        error instanceof EngineError ? error : engineError(1001, `${error instanceof Error ? error.message : error}`);
      // What is still to come of the body is not wanted.
      if (!request.complete) response.setHeader('Connection', 'close');
      sendError(response, known, queryId);
    }
  };

  const server = createServer(
    { maxHeaderSize: MAX_HEAD_BYTES, keepAliveTimeout: 30_000, requestTimeout: 0 },
    (request, response) => {
      void handle(request, response);
    },
  );
  return server;
};
