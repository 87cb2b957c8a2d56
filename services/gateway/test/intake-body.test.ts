import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inflate } from '../src/intake/inflate.ts';
import { type Split, splitArray, splitLines } from '../src/intake/split.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const texts = (split: Split): string[] | string =>
  split.kind === 'events' ? split.values.map((value) => new TextDecoder().decode(value)) : split.kind;
const parsed = (text: string): unknown[] | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
};
/** What the pieces are, where each of them is JSON. */
const pieces = (split: Split): unknown[] | undefined => {
  try {
    return split.kind === 'events' ? split.values.map((each) => JSON.parse(new TextDecoder().decode(each))) : undefined;
  } catch {
    return undefined;
  }
};
const space = fc.string({ unit: fc.constantFrom(' ', '\t', '\r', '\n'), maxLength: 3 });

describe('an array', () => {
  it('is cut at its own commas, to the bytes that were sent', () => {
    const one = '{"a":"x,]}\\"[{","b":[1,{"c":2}]}';
    expect(texts(splitArray(utf8(` [ ${one} ,\n{"ä":"\\\\"},3\t]\n`), 9))).toEqual([one, '{"ä":"\\\\"}', '3']);
    expect(texts(splitArray(utf8('[]'), 9))).toEqual([]);
    expect(texts(splitArray(utf8(' [ \n ] '), 9))).toEqual([]);
    // What is missing is an event that is not there, at its place.
    expect(texts(splitArray(utf8('[1,]'), 9))).toEqual(['1', '']);
    expect(texts(splitArray(utf8('[,1]'), 9))).toEqual(['', '1']);
    expect(texts(splitArray(utf8('[1 2]'), 9))).toEqual(['1 2']);
  });

  it('is refused where it is none, not closed, or not all', () => {
    for (const text of [
      '',
      ' ',
      '{}',
      '"[]"',
      '\ufeff[1]',
      'x[1]',
      '[',
      '[1',
      '["]',
      '[1,{]',
      '[1}',
      '[]]',
      '[1] 2',
      '[][]',
    ])
      expect(texts(splitArray(utf8(text), 9)), text).toBe('broken');
  });

  it('of any values gives those values, whatever white space is between them', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(space, fc.jsonValue(), space), { maxLength: 12 }), space, (values, around) => {
        const text = `${around}[${values.map(([a, value, b]) => a + JSON.stringify(value) + b).join(',')}]${around}`;
        expect(pieces(splitArray(utf8(text), 12))).toEqual(parsed(text));
      }),
    );
  });

  it('is taken for one exactly where a JSON parser takes it for one', () => {
    const unit = fc.constantFrom(
      '[',
      ']',
      '{',
      '}',
      ',',
      ':',
      '"',
      '\\',
      ' ',
      '\n',
      '1',
      'null',
      '"a"',
      '{"a":1}',
      '[1]',
    );
    const text = fc.oneof(
      fc.string({ unit, maxLength: 14 }),
      fc.string({ unit, maxLength: 14 }).map((inner) => `[${inner}]`),
    );
    fc.assert(
      fc.property(text, (each) => {
        expect(pieces(splitArray(utf8(each), 99)), each).toEqual(parsed(each));
      }),
      { numRuns: 3_000 },
    );
  });

  it('is looked through no further than to the first event too many', () => {
    expect(texts(splitArray(utf8('[1,2,3]'), 3))).toEqual(['1', '2', '3']);
    expect(texts(splitArray(utf8('[1,2,3,'), 2))).toBe('too_many');
    expect(texts(splitArray(utf8(`[${','.repeat(1_000_000)}`), 5_000))).toBe('too_many');
    const deep = '['.repeat(1_000_000);
    expect(texts(splitArray(utf8(deep), 9))).toBe('broken');
    expect(texts(splitArray(utf8(`${deep}${']'.repeat(1_000_000)}`), 9))).toHaveLength(1);
  });

  it('of any bytes is cut without a throw, into parts of them in their order', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const split = splitArray(Uint8Array.from([0x5b, ...bytes, 0x5d]), 99);
        if (split.kind !== 'events') return;
        const length = split.values.reduce((sum, each) => sum + each.length, 0);
        expect(length).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });
});

describe('lines', () => {
  it('are events, but for empty ones', () => {
    expect(texts(splitLines(utf8('{"a":1}\n\r\n  \n{"b":2}\r\n3'), 9))).toEqual(['{"a":1}', '{"b":2}', '3']);
    expect(texts(splitLines(utf8(''), 9))).toEqual([]);
    expect(texts(splitLines(utf8('1\n2\n3\n'), 3))).toEqual(['1', '2', '3']);
    expect(texts(splitLines(utf8('1\n2\n3\n'), 2))).toBe('too_many');
    expect(texts(splitLines(utf8(`${'\n'.repeat(5_000_000)} 1`), 2))).toEqual(['1']);
  });

  it('of any values give those values', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.jsonValue(), fc.constantFrom('\n', '\r\n', '\n\n \n'))), (values) => {
        const text = values.map(([value, end]) => JSON.stringify(value) + end).join('');
        expect(pieces(splitLines(utf8(text), 99))).toEqual(values.map(([value]) => JSON.parse(JSON.stringify(value))));
      }),
    );
  });
});

describe('a gzipped body', () => {
  it('is inflated exactly where it is not longer than the bound', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 4_000 }), fc.boolean(), async (size, isNoise) => {
        const body = isNoise ? randomBytes(size) : Buffer.alloc(size, 'a');
        for (const [bytes, isGzip] of [
          [gzipSync(body), true],
          [body, false],
        ] as const) {
          const inflated = await inflate(bytes, isGzip, 2_000);
          expect(inflated.kind).toBe(size > 2_000 ? 'too_large' : 'ok');
          if (inflated.kind === 'ok') expect(Buffer.compare(inflated.bytes, body)).toBe(0);
        }
      }),
    );
  });

  it('that would be huge costs no more than the bound', async () => {
    const bomb = gzipSync(Buffer.alloc(96 * 1_048_576));
    const many = Buffer.concat(Array.from({ length: 96 }, () => gzipSync(Buffer.alloc(1_048_576))));
    const before = process.memoryUsage().rss;
    for (const each of [bomb, many]) expect(await inflate(each, true, 1_048_576)).toEqual({ kind: 'too_large' });
    expect(process.memoryUsage().rss - before).toBeLessThan(32 * 1_048_576);
  });

  it('that is none, or is cut off, is broken', async () => {
    const whole = gzipSync('[1,2,3]');
    for (const bytes of [
      utf8('[1]'),
      new Uint8Array(),
      whole.subarray(0, 12),
      whole.subarray(0, -1),
      whole.subarray(2),
    ])
      expect(await inflate(bytes, true, 1_000)).toEqual({ kind: 'broken' });
  });
});
