import { FAULTS } from '@liveboard/verify';
import { describe, expect, it } from 'vitest';
import { readOptions } from '../src/options.ts';
import { breachesOf, tableOf } from '../src/report.ts';
import { scheduleOf } from '../src/schedule.ts';

describe('a schedule', () => {
  it('has each fault as often as was asked for, whatever the seed', () => {
    for (const seed of ['1', '2', 'x']) {
      const faults = scheduleOf(seed, FAULTS, 10).flat();
      for (const fault of FAULTS) expect(faults.filter((each) => each === fault)).toHaveLength(10);
    }
  });

  it('is the seed’s, and lets some faults meet, none itself', () => {
    const steps = scheduleOf('1', FAULTS, 10);
    expect(scheduleOf('1', FAULTS, 10)).toEqual(steps);
    expect(scheduleOf('2', FAULTS, 10)).not.toEqual(steps);
    const pairs = steps.filter(({ length }) => length === 2);
    expect(pairs.length).toBeGreaterThan(3);
    for (const [a, b] of pairs) expect(a).not.toBe(b);
  });
});

describe('the report', () => {
  const recoveries = new Map([
    ['redis-kill', [1_000, 31_000, 2_000]],
    ['kill-history', [90_000]],
  ] as const);

  it('names a recovery beyond its bound', () => {
    expect(breachesOf(recoveries)).toEqual(['redis-kill: 31.0 s, bound 30.0 s']);
  });

  it('has a line for each fault and scenario', () => {
    const tally = { records: 1, cells: 7, differing: 0, off: 0, said: [], kinds: [], rssMb: 1 };
    const lines = tableOf(recoveries, tally, [{ name: 'clocks-off', tally, failed: 'cells differ' }]);
    expect(lines[1]).toMatch(/^redis-kill +3 +2\.0 s +31\.0 s +30\.0 s +7 +0$/);
    expect(lines[3]).toMatch(/^clocks-off .*FAILED +7 +0$/);
  });
});

describe('the options', () => {
  it('have ten of each fault in thirty minutes', () => {
    expect(readOptions(['--stack', 'f'])).toMatchObject({ minutes: 30, times: 10, faults: FAULTS, seed: '1' });
  });

  it('are refused by name and rule', () => {
    expect(() => readOptions(['--stack', 'f', '--faults', 'x'])).toThrow('--faults: "x" is none of kill-ingest');
    expect(() => readOptions(['--stack', 'f', '--rate', '1'])).toThrow('--rate: must be a number in 50..100000');
    expect(readOptions(['--stack', 'f', '--scenarios', 'none']).scenarios).toEqual([]);
  });
});
