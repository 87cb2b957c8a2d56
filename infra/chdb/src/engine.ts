import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Session } from 'chdb';

/** A failure as ClickHouse reports it. `message` is the whole text, `Code: N. DB::Exception: …`. */
export class EngineError extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** An error in the form of the server's own. */
export const engineError = (code: number, text: string): EngineError =>
  new EngineError(code, `Code: ${code}. DB::Exception: ${text}`);

export interface Job {
  readonly sql: string;
  readonly database: string | undefined;
  /** Settings and `param_*`, by name; values as text, as a URL holds them. */
  readonly settings: ReadonlyMap<string, string>;
  /** The format of a result whose statement names none. */
  readonly format: string;
}

export interface Done {
  /** The result, where it went nowhere else. */
  readonly bytes: Uint8Array;
  /** Rows and bytes of the result, or written by an insert; the engine does not say what it read for them. */
  readonly rows: number;
  readonly size: number;
  /** Seconds. */
  readonly elapsed: number;
}

export interface Engine {
  /** @throws EngineError */
  run(job: Job): Promise<Done>;
  /** Ends after what runs has ended; what waits is refused. */
  close(): Promise<void>;
}

/** A text as a literal. */
export const quote = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\0', '\\0')}'`;

const identifier = (name: string): string => `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;

/** The embedded engine starts with settings of a local tool; these are those of a server. */
const AS_SERVER = "implicit_select='0', allow_introspection_functions='0', storage_file_read_method='pread'";
/** A parameter is part of no statement's text for a server, but of a `SET` here; longer than any URL. */
const WIDE = "max_query_size='4194304'";
const USUAL = 'max_query_size=DEFAULT';
const xml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
/** It shares its machine with the other parts of a stack. `BACKUP` and `RESTORE` may name one disk, `backups`. */
const configOf = (backups: string): string => `<clickhouse>
  <max_server_memory_usage_to_ram_ratio>0.5</max_server_memory_usage_to_ram_ratio>
  <mark_cache_size>134217728</mark_cache_size>
  <storage_configuration><disks><backups><type>local</type><path>${xml(backups)}/</path></backups></disks></storage_configuration>
  <backups><allowed_disk>backups</allowed_disk></backups>
</clickhouse>
`;
/** Statements that may wait for their turn. */
const MAX_WAITING = 200;

const asEngineError = (error: unknown): EngineError => {
  const message = error instanceof Error ? error.message : String(error);
  // Rows of a request lie in a file while the engine reads them; its name says nothing to who sent them.
  const text = message.replaceAll(/ ?\(in file\/uri [^)]*\)/g, '').trim();
  const code = Number(/^Code: (\d+)/.exec(text)?.[1] ?? 1002);
  return new EngineError(code, text.startsWith('Code: ') ? text : `Code: ${code}. DB::Exception: ${text}`);
};

/**
 * chDB on a directory, at most `parallel` statements at a time. Each runs on a connection of its own, whose making costs
 * less than a millisecond: settings and parameters of one statement never reach another.
 * @throws where another process owns the directory, or the engine cannot be loaded
 */
export const openEngine = (dir: string, parallel: number): Engine => {
  const config = join(dir, '..', 'config.xml');
  writeFileSync(config, configOf(join(dir, '..', 'backups')));
  // Held open throughout: the engine ends with its last connection.
  const root = new Session(dir, { connectionArgs: [`--config-file=${config}`] });
  const waiting: (() => void)[] = [];
  let running = 0;
  let isClosing = false;
  let onIdle: (() => void) | undefined;

  const enter = async (): Promise<void> => {
    if (isClosing) throw engineError(236, 'The server is shutting down. (ABORTED)');
    if (running < parallel) {
      running++;
      return;
    }
    if (waiting.length >= MAX_WAITING)
      throw engineError(202, 'Too many simultaneous queries. (TOO_MANY_SIMULTANEOUS_QUERIES)');
    await new Promise<void>((next) => waiting.push(next));
  };

  const leave = (): void => {
    const next = waiting.shift();
    if (next !== undefined) next();
    else if (--running === 0) onIdle?.();
  };

  return {
    run: async ({ sql, database, settings, format }) => {
      await enter();
      const session = new Session(dir);
      try {
        const own = [...settings].map(([name, value]) => `${name}=${quote(value)}`);
        const use = database === undefined ? '' : `; USE ${identifier(database)}`;
        await session.queryAsync(`SET ${AS_SERVER}, ${WIDE}${use}`);
        // The request's settings come last: `readonly` forbids every further change.
        await session.queryAsync(`SET ${[USUAL, ...own].join(', ')}`);
        const result = await session.queryAsync(sql, { format });
        return { bytes: result.bytes(), rows: result.rowsRead, size: result.bytesRead, elapsed: result.elapsed };
      } catch (error) {
        throw asEngineError(error);
      } finally {
        session.close();
        leave();
      }
    },
    close: async () => {
      isClosing = true;
      if (running > 0)
        await new Promise<void>((idle) => {
          onIdle = idle;
        });
      root.close();
    },
  };
};
