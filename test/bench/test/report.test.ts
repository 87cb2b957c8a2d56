import { describe, expect, it } from 'vitest';
import { samplesOf } from '../src/freshness-bench.ts';
import { readOptions } from '../src/options.ts';
import { figureOf, percentile, ratioOf } from '../src/report.ts';

describe('a bench’s figures', () => {
  it('are medians, and ratios of each run', () => {
    expect(figureOf([3, 1, 2], 's')).toEqual({ value: 2, unit: 's', min: 1, max: 3, runs: 3 });
    expect(ratioOf('a', [2, 9, 4], 'b', [1, 3, 4])).toEqual({ value: 2, of: 'a', over: 'b', min: 1, max: 3 });
  });

  it('take percentiles by the nearest rank', () => {
    const hundred = [...Array(100).keys()].map((n) => 100 - n);
    expect([percentile(hundred, 0.5), percentile(hundred, 0.99), percentile(hundred, 1)]).toEqual([50, 99, 100]);
    expect(percentile([], 0.5)).toBeNaN();
  });
});

describe('freshness', () => {
  const frames = new Map([
    [
      'a',
      [
        { at: 110, offset: 4 },
        { at: 140, offset: 9 },
      ],
    ],
  ]);

  it('runs from the acknowledgement to the first frame at the offset or after it', () => {
    const acknowledged = [
      { at: 100, marks: [['a', 4]] as const },
      { at: 105, marks: [['a', 5]] as const },
      { at: 139, marks: [['a', 9]] as const },
    ];
    expect(samplesOf(acknowledged, frames, 0)).toEqual({
      samples: [
        { at: 100, ms: 10 },
        { at: 105, ms: 35 },
        { at: 139, ms: 1 },
      ],
      unseen: 0,
    });
    expect(samplesOf(acknowledged, frames, 139).samples).toHaveLength(1);
  });

  it('counts what no frame told of', () => {
    const marks = [
      ['a', 10],
      ['b', 1],
    ] as const;
    expect(samplesOf([{ at: 1, marks }], frames, 0)).toEqual({ samples: [], unseen: 2 });
  });
});

describe('the options of a bench', () => {
  const read = (...args: string[]) => readOptions(['--stack', 'f', ...args]);

  it('have the long form’s defaults, the short one’s, or what was given', () => {
    expect(read('ingest').number('events')).toBe(3_000_000);
    expect([read('ingest').growth, read('ingest', '--no-growth').growth]).toEqual([true, false]);
    expect(read('ingest', '--short', '--rooms', '7').number('rooms')).toBe(7);
    expect([read('ingest', '--short').number('events'), read('ingest', '--short').growth]).toEqual([30_000, false]);
    expect(read('freshness', '--minutes', '0.5').number('minutes')).toBe(0.5);
  });

  it('are refused by name and rule', () => {
    expect(() => read('ingest', '--runs', '0')).toThrow('--runs: must be a whole number above 0, not "0"');
    expect(() => read('freshness', '--minutes', 'x')).toThrow('--minutes: must be a number above 0');
    expect(() => read('freshness', '--events', '5')).toThrow('--events: is no option of freshness');
    expect(() => read('nothing')).toThrow('npm run bench');
    expect(() => readOptions(['ingest'])).toThrow('npm run bench');
  });
});
