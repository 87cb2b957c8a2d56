import { describe, expect, it } from 'vitest';
import { readStatement } from '../src/statement.ts';

/** Where the front would put its clause, marked in the text. */
const marked = (text: string): string => {
  const statement = readStatement(text);
  if (statement.kind === 'select') return `${text.slice(0, statement.outputAt)}^${text.slice(statement.outputAt)}`;
  if (statement.kind !== 'insert') return statement.kind;
  const head = text.slice(0, statement.headEnd);
  return `${head.slice(0, statement.sourceAt)}^${head.slice(statement.sourceAt)}`;
};
const dataOf = (text: string): string => {
  const statement = readStatement(text);
  return statement.kind === 'insert' ? text.slice(statement.dataAt) : statement.kind;
};

describe('a query', () => {
  it.each([
    ['SELECT 1^'],
    ['SELECT 1^ ;  '],
    ['SELECT 1^ -- and no more'],
    ['SELECT 1 ^FORMAT JSON'],
    ['select 1 ^format JSON settings a = 1'],
    ['SELECT 1 SETTINGS a = 1^'],
    ["SELECT 'FORMAT x', `FORMAT y`, \"it's\"^"],
    ['SELECT format FROM t^'],
    ["SELECT format('{}', a) AS b FROM t ^FORMAT CSV"],
    ['SELECT * FROM (SELECT 1 FORMAT JSON)^'],
    ["SELECT 'a\\'; SELECT 2', 'b''; c'^"],
    ['SELECT $tag$ ; FORMAT JSON $tag$^'],
    ['WITH 1 AS a SELECT a ^FORMAT TSV;'],
    ['(SELECT 1) UNION ALL (SELECT 2)^'],
    ['/* ; */ SELECT 1^ # ; '],
  ])('is written out at the mark: %s', (text) => expect(marked(text.replace('^', ''))).toBe(text));

  it('has the format that it names at its end', () => {
    expect(readStatement('SELECT format FROM t FORMAT JSONEachRow')).toMatchObject({ format: 'JSONEachRow' });
    expect(readStatement('SELECT format FROM t')).toMatchObject({ format: undefined });
    expect(readStatement('SHOW TABLES FORMAT CSV')).toEqual({ kind: 'other', format: 'CSV' });
  });
});

describe('an insert', () => {
  it.each([
    ['INSERT INTO t ^FORMAT JSONEachRow'],
    ['INSERT INTO d.t (a, b) ^SETTINGS x = 1 FORMAT CSV'],
    ['INSERT INTO t (a) ^VALUES '],
    ['INSERT INTO t ^SETTINGS a = 1 VALUES '],
    ['INSERT INTO d.format ^FORMAT TSV'],
    ['INSERT INTO values ^VALUES '],
    ["INSERT INTO TABLE FUNCTION file('x', 'CSV', 'a UInt8') ^FORMAT CSV"],
  ])('takes its rows from the mark: %s', (text) => {
    const expected = text.endsWith('VALUES ') ? text.slice(0, -'VALUES '.length) : text;
    expect(marked(text.replace('^', ''))).toBe(expected);
  });

  it('has its rows behind the format’s line or VALUES', () => {
    expect(dataOf('INSERT INTO t FORMAT CSV\n\n1,2\n')).toBe('\n1,2\n');
    expect(dataOf('INSERT INTO t FORMAT JSONEachRow {"a":"; SELECT"}')).toBe('{"a":"; SELECT"}');
    expect(dataOf("INSERT INTO t VALUES (1, '; SELECT')")).toBe(" (1, '; SELECT')");
    expect(dataOf('INSERT INTO t FORMAT TSV')).toBe('');
  });

  it('from a query has none', () => {
    expect(marked('INSERT INTO t SELECT 1')).toBe('other');
    expect(marked('INSERT INTO t (a) WITH 1 AS x SELECT x FORMAT Null')).toBe('other');
    expect(marked('WITH 1 AS x INSERT INTO t SELECT x')).toBe('other');
  });
});

describe('what a server refuses', () => {
  it.each([
    ['SELECT 1; SELECT 2', 62],
    ['CREATE TABLE t (a UInt8) ENGINE = Memory; DROP TABLE t', 62],
    ['INSERT INTO t SELECT 1; SELECT 2', 62],
    ["SELECT 1 INTO OUTFILE '/etc/x'", 48],
    ["INSERT INTO t FROM INFILE '/etc/x' FORMAT CSV", 48],
    ["INSERT INTO t SELECT * FROM input('a UInt8') FORMAT CSV", 48],
  ])('is refused: %s', (text, code) => expect(readStatement(text)).toMatchObject({ kind: 'refused', code }));

  it.each([[''], ['  -- nothing\n'], ['/* nothing */']])('"%s" is nothing', (text) =>
    expect(readStatement(text).kind).toBe('empty'),
  );
});

it('reads megabytes of text in a moment', () => {
  const text = `SELECT '${"it''s ".repeat(400_000)}', length('${'x'.repeat(1_000_000)}')${' '.repeat(200_000)}`;
  const begun = performance.now();
  expect(readStatement(text).kind).toBe('select');
  expect(performance.now() - begun).toBeLessThan(2_000);
});
