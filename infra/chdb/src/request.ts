import { randomUUID } from 'node:crypto';
import { engineError } from './engine.ts';

/** What the URL of a request asks for. */
export interface Asked {
  readonly query: string;
  readonly queryId: string;
  readonly database: string | undefined;
  readonly format: string;
  readonly settings: ReadonlyMap<string, string>;
  /** Whether the answer may be compressed where the client accepts it. */
  readonly compress: boolean;
  /** Whether nothing is answered before the statement's end. */
  readonly wait: boolean;
}

/** Parameters that mean something to the server alone; values are judged where they are used, or without meaning here. */
const OWN = new Set([
  'query',
  'query_id',
  'database',
  'default_format',
  'wait_end_of_query',
  'buffer_size',
  'user',
  'password',
  'quota_key',
  'stacktrace',
  'enable_http_compression',
  'http_zlib_compression_level',
  'compress',
  'session_timeout',
  'session_check',
  'close_session',
]);
/** Parameters that change what a statement sees or means, and that this front cannot honour. */
const REFUSED: Record<string, string> = {
  session_id: 'sessions are not supported by this front: send settings with each statement',
  role: 'roles are not supported by this front',
  decompress: 'the native compression is not supported by this front: use Content-Encoding',
};
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

const isOn = (value: string | null): boolean => value !== null && value !== '0' && value !== 'false';

/** Reads the parameters of a URL. @throws EngineError */
export const readParameters = (url: URL, headers: Record<string, string | string[] | undefined>): Asked => {
  const settings = new Map<string, string>();
  for (const [name, value] of url.searchParams) {
    const why = REFUSED[name];
    if (why !== undefined && (name !== 'decompress' || isOn(value)))
      throw engineError(48, `${name}: ${why}. (NOT_IMPLEMENTED)`);
    if (OWN.has(name) || name === 'decompress') continue;
    if (!NAME.test(name)) throw engineError(115, `Unknown setting '${name}'. (UNKNOWN_SETTING)`);
    settings.set(name, value);
  }
  if (isOn(url.searchParams.get('compress')))
    throw engineError(
      48,
      'compress: the native compression is not supported by this front: use enable_http_compression. (NOT_IMPLEMENTED)',
    );
  const header = (name: string): string | undefined => headers[name]?.toString();
  return {
    query: url.searchParams.get('query') ?? '',
    queryId: url.searchParams.get('query_id') || randomUUID(),
    database: url.searchParams.get('database') || header('x-clickhouse-database') || undefined,
    format: url.searchParams.get('default_format') || header('x-clickhouse-format') || 'TabSeparated',
    settings,
    compress: isOn(url.searchParams.get('enable_http_compression')),
    wait: isOn(url.searchParams.get('wait_end_of_query')),
  };
};
