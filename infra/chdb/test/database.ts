import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';

/** The ClickHouse under test: `CLICKHOUSE_URL`, else the one of the stack that the test command started. */
export const addressOfClickhouse = (): string => {
  const own = process.env.CLICKHOUSE_URL;
  if (own !== undefined) return own;
  const file = process.env.LIVEBOARD_TEST_STACK;
  if (file === undefined) throw new Error('CLICKHOUSE_URL or LIVEBOARD_TEST_STACK must be set: npm test does that');
  return (JSON.parse(readFileSync(file, 'utf8')) as { clickhouse_url: string }).clickhouse_url;
};

export interface Database {
  readonly name: string;
  readonly client: ClickHouseClient;
  /** A request past the client: `path` begins with `/`, the database is added to it. */
  ask(parameters: Record<string, string>, init?: RequestInit): Promise<Response>;
  drop(): Promise<void>;
}

type ClientOptions = NonNullable<Parameters<typeof createClient>[0]>;

/** The official client; failures are the tests' to report. */
export const connect = (url: string, options: ClientOptions = {}): ClickHouseClient =>
  createClient({ url, log: { level: ClickHouseLogLevel.OFF }, ...options });

/** A database of its own on a server. */
export const createDatabase = async (address: string): Promise<Database> => {
  const name = `t${randomUUID().replaceAll('-', '')}`;
  const admin = connect(address);
  await admin.command({ query: `CREATE DATABASE ${name}` });
  const client = connect(address, { database: name });
  const { username, password, origin } = new URL(address);
  const login = btoa(`${decodeURIComponent(username) || 'default'}:${decodeURIComponent(password)}`);
  return {
    name,
    client,
    ask: (parameters, init = {}) => {
      const query = new URLSearchParams({ database: name, ...parameters });
      const headers = { authorization: `Basic ${login}`, ...init.headers };
      return fetch(`${origin}/?${query}`, { method: 'POST', ...init, headers });
    },
    drop: async () => {
      await client.close();
      await admin.command({ query: `DROP DATABASE ${name} SYNC` });
      await admin.close();
    },
  };
};
