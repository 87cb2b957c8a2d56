// What the project needs of a ClickHouse, whichever serves it: run with `CLICKHOUSE_URL` against a server of one's own, else
// against the one of the test command's stack.
import { once } from 'node:events';
import { request } from 'node:http';
import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { ClickHouseError } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressOfClickhouse, connect, createDatabase, type Database } from './database.ts';

let database: Database;
beforeAll(async () => {
  database = await createDatabase(addressOfClickhouse());
});
afterAll(() => database.drop());

const rowsOf = async <Row>(query: string, parameters: Record<string, unknown> = {}): Promise<Row[]> => {
  const result = await database.client.query({ query, query_params: parameters, format: 'JSONEachRow' });
  return await result.json<Row>();
};

const make = (name: string, columns: string, engine = 'MergeTree ORDER BY tuple()') =>
  database.client.command({ query: `CREATE TABLE ${name} (${columns}) ENGINE = ${engine}` });

const countOf = async (table: string): Promise<number> =>
  Number((await rowsOf<{ n: string }>(`SELECT count() AS n FROM ${table}`))[0]?.n);

describe('a server', () => {
  it('says that it lives', async () => {
    const answer = await fetch(new URL('/ping', addressOfClickhouse()));
    expect([answer.status, await answer.text()]).toEqual([200, 'Ok.\n']);
    expect(await database.client.ping()).toEqual({ success: true });
    expect(await database.client.ping({ select: true })).toMatchObject({ success: true });
  });

  it('is recent enough', async () => {
    const [row] = await rowsOf<{ major: number }>("SELECT toUInt16(splitByChar('.', version())[1]) AS major");
    expect(row?.major).toBeGreaterThanOrEqual(25);
  });

  it('takes a statement from the URL, from the body, or begun in one and ended in the other', async () => {
    expect(await (await database.ask({ query: 'SELECT 1' }, { method: 'GET' })).text()).toBe('1\n');
    expect(await (await database.ask({}, { body: 'SELECT 2' })).text()).toBe('2\n');
    expect(await (await database.ask({ query: 'SELECT ' }, { body: '3' })).text()).toBe('3\n');
  });

  it('writes in the format that the statement names, else in the one that the request names', async () => {
    const named = await database.ask({ default_format: 'CSV' }, { body: "SELECT 1 AS n, 'a' AS t FORMAT JSONEachRow" });
    expect(await named.text()).toBe('{"n":1,"t":"a"}\n');
    expect(named.headers.get('x-clickhouse-format')).toBe('JSONEachRow');
    const asked = await database.ask({ default_format: 'CSV' }, { body: "SELECT 1 AS n, 'a' AS t" });
    expect(await asked.text()).toBe('1,"a"\n');
    expect(asked.headers.get('x-clickhouse-format')).toBe('CSV');
    expect(await (await database.ask({}, { body: "SELECT 1, 'a'" })).text()).toBe('1\ta\n');
  });

  it('names itself, the statement and its size', async () => {
    const answer = await database.ask(
      { query_id: 'contract-1', wait_end_of_query: '1' },
      { body: 'SELECT number FROM numbers(1000)' },
    );
    expect(answer.headers.get('x-clickhouse-query-id')).toBe('contract-1');
    expect(answer.headers.get('x-clickhouse-server-display-name')).toBeTruthy();
    expect(JSON.parse(answer.headers.get('x-clickhouse-summary') ?? '')).toMatchObject({ result_rows: '1000' });
  });

  it('changes nothing for GET', async () => {
    const answer = await database.ask({ query: 'CREATE TABLE by_get (a UInt8) ENGINE = Memory' }, { method: 'GET' });
    expect(answer.headers.get('x-clickhouse-exception-code')).toBe('164');
    const write = "INSERT INTO FUNCTION file('by_get.tsv', 'TSV', 'a UInt8') SELECT 1";
    expect((await database.ask({ query: write }, { method: 'GET' })).ok).toBe(false);
  });

  it('takes one statement at a time', async () => {
    const answer = await database.ask({}, { body: 'SELECT 1; SELECT 2' });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toMatch(/^Code: 62\./);
    expect(await (await database.ask({}, { body: 'SELECT 1;\n' })).text()).toBe('1\n');
  });
});

describe('parameters', () => {
  const hostile = `a'b"c\`d\\e\nf\tg\0h é 漢字 🛒 {x:UInt8} %00 ; -- /* \\N`;

  it.each([
    ['String', hostile, hostile],
    ['String', '', ''],

    ['UInt8', 255, 255],
    ['Int64', '-9223372036854775808', '-9223372036854775808'],
    ['UInt64', '18446744073709551615', '18446744073709551615'],
    ['Float64', 0.1, 0.1],
    ['Bool', true, true],
    ['UUID', '61f0c404-5cb3-11e7-907b-a6006ad3dba0', '61f0c404-5cb3-11e7-907b-a6006ad3dba0'],
    ['Date', '2026-11-23', '2026-11-23'],
    ["DateTime64(3, 'UTC')", '2026-11-23 20:46:00.123', '2026-11-23 20:46:00.123'],
    ['Nullable(String)', null, null],
    ['Array(String)', [hostile, '', "it's"], [hostile, '', "it's"]],
    ['Array(UInt32)', [1, 2, 3], [1, 2, 3]],
    ['Array(Array(Int32))', [[1], [], [-2, 3]], [[1], [], [-2, 3]]],
    ['Map(String, UInt8)', { a: 1, "b'": 2 }, { a: 1, "b'": 2 }],
    ['LowCardinality(String)', 'x', 'x'],
  ])('of type %s arrive as they are: %j', async (type, value, expected) => {
    const query = `SELECT {value:${type}} AS value SETTINGS output_format_json_quote_64bit_integers = 1`;
    expect(await rowsOf(query, { value })).toEqual([{ value: expected }]);
  });

  it('may be as long as a URL', async () => {
    const value = `${'é'.repeat(140_000)}'`;
    expect(
      await rowsOf('SELECT {value:String} = {again:String} AS same, lengthUTF8({value:String})::UInt32 AS n', {
        value,
        again: 'x',
      }),
    ).toEqual([{ same: 0, n: 140_001 }]);
  });

  it('name tables and columns', async () => {
    await make('named', 'a UInt8');
    expect(await rowsOf('SELECT count() AS {c:Identifier} FROM {t:Identifier}', { c: 'n', t: 'named' })).toHaveLength(
      1,
    );
  });

  it('of statements at the same time are kept apart', async () => {
    const ask = (n: number) => rowsOf<{ n: number }>('SELECT {n:UInt32} AS n, sleep(0.001)', { n });
    const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => ask(n)));
    expect(answers.map(([row]) => row?.n)).toEqual(answers.map((_, n) => n));
  });

  it.each([
    [456, 'SELECT {missing:UInt8}', {}],
    [457, 'SELECT {n:UInt8}', { n: 'many' }],
    [457, 'SELECT {n:UInt8}', { n: '1 OR 1' }],
  ])('that are missing or wrong give code %i: %s', async (code, query, parameters) => {
    await expect(rowsOf(query, parameters)).rejects.toMatchObject({ code: String(code) });
  });
});

describe('settings', () => {
  it('hold for their statement and for no other', async () => {
    const ask = async (settings: Record<string, string>) => {
      const query = "SELECT getSetting('max_block_size')::UInt64 AS n, getSetting('join_use_nulls')::UInt8 AS j";
      const result = await database.client.query({
        query,
        format: 'JSONCompactEachRow',
        clickhouse_settings: settings,
      });
      return (await result.json<unknown[]>()).flat().map(String);
    };
    expect(await ask({ max_block_size: '1234', join_use_nulls: '1' })).toEqual(['1234', '1']);
    expect((await ask({}))[0]).not.toBe('1234');
  });

  it('that nobody knows are refused', async () => {
    const answer = await database.ask({ no_such_setting: '1' }, { body: 'SELECT 1' });
    expect([answer.status, answer.headers.get('x-clickhouse-exception-code')]).toEqual([404, '115']);
  });

  it('limit a statement', async () => {
    const query = 'SELECT sleepEachRow(1) FROM numbers(10) SETTINGS max_block_size = 1, max_execution_time = 1';
    await expect(rowsOf(query)).rejects.toMatchObject({ code: '159' });
  });
});

describe('errors', () => {
  it.each([
    [404, 60, 'SELECT * FROM no_such_table', 'UNKNOWN_TABLE'],
    [400, 62, 'SELECTT 1', 'SYNTAX_ERROR'],
    [404, 47, 'SELECT no_such_column', 'UNKNOWN_IDENTIFIER'],
    [404, 46, 'SELECT noSuchFunction(1)', 'UNKNOWN_FUNCTION'],
    [404, 73, 'SELECT 1 FORMAT NoSuchFormat', 'UNKNOWN_FORMAT'],
  ])('answer with status %i and code %i: %s', async (status, code, query, name) => {
    const answer = await database.ask({}, { body: query });
    expect([answer.status, answer.headers.get('x-clickhouse-exception-code')]).toEqual([status, String(code)]);
    expect(await answer.text()).toMatch(new RegExp(`^Code: ${code}\\. DB::Exception: .*\\(${name}\\)`, 's'));
  });

  it('are the official client’s own', async () => {
    const failed = await rowsOf('SELECT * FROM no_such_table').catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(ClickHouseError);
    expect(failed).toMatchObject({ code: '60', type: 'UNKNOWN_TABLE' });
    const answer = await database.ask({ database: 'no_such_database' }, { body: 'SELECT 1' });
    expect([answer.status, answer.headers.get('x-clickhouse-exception-code')]).toEqual([404, '81']);
  });

  it('in the middle of a result do not let half of it pass for the whole', async () => {
    const result = await database.client.query({
      query:
        "SELECT number, throwIf(number = 3000000, 'enough') AS t FROM numbers(4000000) SETTINGS max_block_size = 8192, max_threads = 1",
      format: 'JSONEachRow',
    });
    const read = async () => {
      for await (const rows of result.stream()) void rows;
    };
    await expect(read()).rejects.toThrow();
  });
});

describe('compression', () => {
  it('of an answer is given only where it is asked for and accepted', async () => {
    const ask = async (parameters: Record<string, string>, accept: string) => {
      const url = new URL(addressOfClickhouse());
      url.search = String(new URLSearchParams({ ...parameters, query: "SELECT repeat('a', 10000)" }));
      const { username, password } = url;
      const asked = request(url, {
        auth: `${username || 'default'}:${password}`,
        headers: { 'accept-encoding': accept },
      });
      asked.end();
      const [answer] = await once(asked, 'response');
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(chunk);
      return { encoding: answer.headers['content-encoding'], body: Buffer.concat(chunks) };
    };
    const packed = await ask({ enable_http_compression: '1' }, 'gzip');
    expect(packed.encoding).toBe('gzip');
    expect(packed.body.length).toBeLessThan(1_000);
    expect(gunzipSync(packed.body).toString()).toBe(`${'a'.repeat(10_000)}\n`);
    for (const plain of [await ask({}, 'gzip'), await ask({ enable_http_compression: '1' }, 'identity')]) {
      expect(plain.encoding).toBeUndefined();
      expect(plain.body.toString()).toBe(`${'a'.repeat(10_000)}\n`);
    }
  });

  it('of rows and of statements is taken off', async () => {
    await make('packed', 'n UInt32');
    const rows = gzipSync('{"n":1}\n{"n":2}\n');
    const headers = { 'content-encoding': 'gzip' };
    const inserted = await database.ask({ query: 'INSERT INTO packed FORMAT JSONEachRow' }, { body: rows, headers });
    expect(inserted.status).toBe(200);
    expect(await (await database.ask({}, { body: gzipSync('SELECT sum(n) FROM packed'), headers })).text()).toBe('3\n');
  });

  it('both ways is the official client’s own', async () => {
    await make('both', 'n UInt32, t String');
    const client = connect(addressOfClickhouse(), {
      database: database.name,
      compression: { request: true, response: true },
    });
    const values = Array.from({ length: 1_000 }, (_, n) => ({ n, t: `'${n}'` }));
    await client.insert({ table: 'both', values, format: 'JSONEachRow' });
    const result = await client.query({ query: 'SELECT * FROM both ORDER BY n', format: 'JSONEachRow' });
    expect(await result.json()).toEqual(values);
    await client.close();
  });
});

describe('inserts', () => {
  it('leave out as many rows that cannot be read as they are told to, and write nothing by default', async () => {
    await make('partly', 'n UInt32');
    const query = 'INSERT INTO partly FORMAT JSONEachRow';
    const body = '{"n":1}\n{"n":-1}\n{"n":3}\n';
    expect((await database.ask({ query }, { body })).status).toBe(400);
    expect(await countOf('partly')).toBe(0);
    expect((await database.ask({ query, input_format_allow_errors_num: '1' }, { body })).status).toBe(200);
    expect(await rowsOf('SELECT n FROM partly ORDER BY n')).toEqual([{ n: 1 }, { n: 3 }]);
  });

  it('say how many rows were written', async () => {
    await make('counted', 'n UInt32');
    const done = await database.client.insert({
      table: 'counted',
      values: [{ n: 1 }, { n: 2 }],
      format: 'JSONEachRow',
    });
    expect(done.executed).toBe(true);
    expect(done.summary).toMatchObject({ written_rows: '2' });
  });

  it('are taken as a stream', async () => {
    await make('streamed', 'n UInt32, t String');
    const rows = function* () {
      for (let n = 0; n < 200_000; n++) yield { n, t: `row ${n}` };
    };
    await database.client.insert({ table: 'streamed', values: Readable.from(rows()), format: 'JSONEachRow' });
    expect(await rowsOf('SELECT count()::UInt32 AS c, uniqExact(n)::UInt32 AS u, max(n) AS m FROM streamed')).toEqual([
      { c: 200_000, u: 200_000, m: 199_999 },
    ]);
  });

  it('name columns, carry values in the statement, or come from a query', async () => {
    await make('shapes', "n UInt32, t String DEFAULT 'none'");
    await database.client.insert({ table: 'shapes', values: [{ n: 1 }], columns: ['n'], format: 'JSONEachRow' });
    await database.client.insert({ table: 'shapes', values: [[2, "it's; \\ ok"]], format: 'JSONCompactEachRow' });
    await database.client.command({
      query: "INSERT INTO shapes (n, t) SETTINGS max_threads = 1 VALUES (3, 'a;b'), (4, upper('c'))",
    });
    await database.client.command({ query: 'INSERT INTO shapes SELECT number, toString(number) FROM numbers(5, 1)' });
    await database.ask({ query: "INSERT INTO shapes VALUES (6, 'url')" });
    await database.ask({}, { body: 'INSERT INTO shapes FORMAT JSONEachRow\n{"n":7,"t":"body"}\n{"n":8,"t":"body"}' });
    await database.ask({ query: 'INSERT INTO shapes FORMAT CSV' }, { body: '9,"two\nlines"\n' });
    expect(await rowsOf('SELECT * FROM shapes ORDER BY n')).toEqual([
      { n: 1, t: 'none' },
      { n: 2, t: "it's; \\ ok" },
      { n: 3, t: 'a;b' },
      { n: 4, t: 'C' },
      { n: 5, t: '5' },
      { n: 6, t: 'url' },
      { n: 7, t: 'body' },
      { n: 8, t: 'body' },
      { n: 9, t: 'two\nlines' },
    ]);
  });

  it('of binary rows arrive byte by byte', async () => {
    await make('binary', 's String');
    const body = Buffer.concat([Buffer.from([4, 0, 255, 10, 39]), Buffer.from([0])]);
    expect((await database.ask({ query: 'INSERT INTO binary FORMAT RowBinary' }, { body })).status).toBe(200);
    expect(await rowsOf('SELECT hex(s) AS s FROM binary ORDER BY s')).toEqual([{ s: '' }, { s: '00FF0A27' }]);
  });

  it('of nothing write nothing', async () => {
    await make('nothing', 'n UInt32');
    await database.client.insert({ table: 'nothing', values: [], format: 'JSONEachRow' });
    expect((await database.ask({ query: 'INSERT INTO nothing FORMAT JSONEachRow' }, { body: '' })).status).toBe(200);
    expect(await countOf('nothing')).toBe(0);
  });

  it('with a broken row say which and write none of them', async () => {
    await make('broken', 'n UInt32');
    const failed = database.client.insert({
      table: 'broken',
      values: [{ n: 1 }, { n: 'many' }],
      format: 'JSONEachRow',
    });
    await expect(failed).rejects.toMatchObject({ message: expect.stringMatching(/at row 2/) });
    expect(await countOf('broken')).toBe(0);
  });

  it('into a table that is not there fail', async () => {
    const values = [{ n: 1 }];
    const nowhere = database.client.insert({ table: 'no_such_table', values, format: 'JSONEachRow' });
    await expect(nowhere).rejects.toMatchObject({ code: '60' });
  });
});

describe('times and versions', () => {
  it('DateTime64(3) goes in as text and comes out the same', async () => {
    await make('times', "at DateTime64(3, 'UTC')");
    const times = ['2026-11-23 20:46:00.000', '2026-11-23 20:46:00.001', '1999-12-31 23:59:59.999'].map((at) => ({
      at,
    }));
    await database.client.insert({ table: 'times', values: times, format: 'JSONEachRow' });
    expect(await rowsOf('SELECT at FROM times ORDER BY at DESC')).toEqual([times[1], times[0], times[2]]);
    expect(await rowsOf('SELECT toUnixTimestamp64Milli(max(at))::String AS ms FROM times')).toEqual([
      { ms: String(Date.UTC(2026, 10, 23, 20, 46, 0, 1)) },
    ]);
  });

  it('ReplacingMergeTree keeps the highest version, whatever the order and however often', async () => {
    await make('versions', 'id String, v UInt64, t String', 'ReplacingMergeTree(v) ORDER BY id');
    const of = (v: number) => ({ id: 'a', v, t: `version ${v}` });
    for (const v of [2, 3, 1, 3])
      await database.client.insert({ table: 'versions', values: [of(v)], format: 'JSONEachRow' });
    expect(await rowsOf('SELECT t FROM versions FINAL')).toEqual([{ t: 'version 3' }]);
    await database.client.command({ query: 'OPTIMIZE TABLE versions FINAL' });
    expect(await countOf('versions')).toBe(1);
  });
});

describe('large results and much at once', () => {
  it('a million rows are streamed', async () => {
    const query = "SELECT number AS n, concat('row ', toString(number)) AS t FROM numbers(1000000)";
    const result = await database.client.query({ query, format: 'JSONCompactEachRow' });
    let rows = 0;
    let sum = 0;
    for await (const chunk of result.stream<[string, string]>())
      for (const row of chunk) {
        rows++;
        sum += Number(row.json<[string, string]>()[0]);
      }
    expect([rows, sum]).toEqual([1_000_000, 499_999_500_000]);
  });

  it('the first rows arrive before the last are made', async () => {
    const query =
      "SELECT number, sleepEachRow(0.02), repeat('x', 100000) FROM numbers(150) SETTINGS max_block_size = 10, max_threads = 1";
    const answer = await database.ask({ http_response_buffer_size: '0' }, { body: query });
    const begun = Date.now();
    let first = 0;
    let bytes = 0;
    for await (const chunk of answer.body ?? []) {
      first ||= Date.now() - begun;
      bytes += chunk.length;
    }
    expect(bytes).toBeGreaterThan(15_000_000);
    expect(Date.now() - begun - first).toBeGreaterThan(500);
  });

  it('statements are answered while rows are written', async () => {
    await make('busy', 'n UInt64');
    let isWriting = true;
    const rows = async function* () {
      for (let n = 0; isWriting; n++) {
        yield { n };
        if (n % 100 === 0) await new Promise((next) => setTimeout(next, 1));
      }
    };
    const written = database.client.insert({
      table: 'busy',
      values: Readable.from(rows()),
      format: 'JSONEachRow',
    });
    const slow = database.client.command({
      query: 'INSERT INTO busy SELECT sleepEachRow(0.1) FROM numbers(20) SETTINGS max_block_size = 1',
    });
    for (let n = 0; n < 20; n++) expect(await rowsOf('SELECT {n:UInt8} AS n', { n })).toEqual([{ n }]);
    isWriting = false;
    await Promise.all([written, slow]);
    expect(await countOf('busy')).toBeGreaterThan(20);
  });
});
