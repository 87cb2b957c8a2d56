import type { QuarantineRecord } from '@liveboard/contracts';
import { describe, expect, it } from 'vitest';
import { createQuarantineReader, detailsOf, fits, judge, tableOf } from '../src/quarantine.ts';
import { readCommand } from '../src/quarantine-command.ts';

const NOW = 1_764_000_000_000;
const record = (value: string | Buffer, more: Partial<QuarantineRecord> = {}): QuarantineRecord => {
  const bytes = Buffer.from(value);
  return {
    reason: 'bad_json',
    detail: 'must be JSON',
    generation: 1,
    partition: 3,
    offset: 17,
    append: NOW - 60_000,
    bytes_b64: bytes.subarray(0, 65_536).toString('base64'),
    size: bytes.length,
    ...more,
  };
};
const entered = (ts: number): string =>
  JSON.stringify({ v: 1, id: 'e1', type: 'viewer.entered', room_id: 'room-1', ts, user_id: 'u', source: 'search' });
const judged = (of: QuarantineRecord, force = false) => judge(of, { now: NOW, partitions: 8, force });

describe('what is in quarantine', () => {
  it('is there once, however often it was written, by broker time', () => {
    const reader = createQuarantineReader();
    const [first, second] = [record('a', { offset: 9 }), record('b', { partition: 0, append: NOW })];
    for (const each of [second, first, second]) reader.take(Buffer.from(JSON.stringify(each)));
    reader.take(null);
    expect(reader.all()).toEqual([first, second]);
  });

  it('is chosen by reason, partition and time together', () => {
    const held = record('a');
    expect(fits({}, held)).toBe(true);
    expect(fits({ reason: 'bad_json', partition: 3, since: held.append }, held)).toBe(true);
    expect(fits({ reason: 'future', partition: 3 }, held)).toBe(false);
    expect(fits({ partition: 2 }, held)).toBe(false);
    expect(fits({ since: held.append + 1 }, held)).toBe(false);
  });

  it('is shown as text or digits, and never speaks to the terminal', () => {
    expect(tableOf([record('a')])).toContain('1:3:17  2025-11-24T15:59:00.000Z  bad_json  1     must be JSON');
    expect(detailsOf(record('{"é": \u001b[31m\n'))).toMatch(/bytes: {6}text\n\{"é": \\u001b\[31m\n$/);
    expect(detailsOf(record(Buffer.from([0xff, 0x00, 0x41])))).toMatch(/bytes: {6}hex\nff0041$/);
    expect(detailsOf(record('x'.repeat(70_000)))).toContain('the first 65536 of 70000 bytes: it cannot be replayed');
    expect(detailsOf(record(''))).toMatch(/bytes: {6}none$/);
  });
});

describe('a replay', () => {
  it('sends what the rules now take, where its room belongs', () => {
    const value = entered(NOW);
    expect(judged(record(value, { reason: 'future' }))).toEqual({
      kind: 'send',
      id: '1:3:17',
      key: 'room-1',
      value: Buffer.from(value),
      partition: 7,
      late: false,
      forced: false,
    });
  });

  it('says where a minute is final by now', () => {
    const minute = NOW - (NOW % 60_000);
    expect(judged(record(entered(minute - 120_001)))).toMatchObject({ late: true });
    expect(judged(record(entered(minute - 120_000)))).toMatchObject({ late: false });
  });

  it('leaves what the rules refuse, unless forced to where it was', () => {
    expect(judged(record('{'))).toEqual({ kind: 'refused', id: '1:3:17', why: 'bad_json:  must be JSON' });
    expect(judged(record('{'), true)).toMatchObject({ kind: 'send', partition: 3, key: null, forced: true });
  });

  it('never sends a part of a record', () => {
    expect(judged(record('x'.repeat(70_000)), true)).toMatchObject({ kind: 'cut' });
    expect(judged(record(entered(NOW), { size: 9_999 }), true)).toMatchObject({ kind: 'cut' });
  });

  it('sends a tick where it was', () => {
    const tick = JSON.stringify({ v: 1, type: 'clock.tick', ts: NOW });
    expect(judged(record(tick, { reason: 'future' }))).toMatchObject({ kind: 'send', partition: 3, key: null });
  });
});

describe('the command', () => {
  it('reads its arguments', () => {
    expect(readCommand(['list'])).toMatchObject({ name: 'list', limit: 50, stack: '.data/stack.json' });
    expect(readCommand(['list', '--since', '2026-11-25', '--partition', '0'])).toMatchObject({
      since: Date.UTC(2026, 10, 25),
      partition: 0,
    });
    expect(readCommand(['replay', '--reason', 'future', '--dry-run'])).toMatchObject({ dryRun: true, force: false });
  });

  it.each([
    [['nothing'], 'npm run quarantine'],
    [[], 'npm run quarantine'],
    [['list', '--reason', 'odd'], '--reason: must be one of'],
    [['list', '--partition', '-1x'], '--partition'],
    [['list', '--limit', '0'], '--limit: must be a whole number of at least 1, not "0"'],
    [['list', '--since', 'yesterday'], '--since: must be like'],
    [['list', '--since', '2026-11-25T08:00'], '--since: must be like'],
    [['list', '1:2:3'], 'list: takes no ids'],
    [['list', '--force'], '--dry-run, --force: are no options of list'],
    [['show'], 'show: takes one id'],
    [['show', '12'], '"12": must be GENERATION:PARTITION:OFFSET'],
    [['replay'], 'replay: takes ids, or at least one of'],
    [['replay', '1:2:3', '--reason', 'future'], 'not both'],
    [['replay', '1:2:3', '--limit', '4'], '--limit: is no option of replay'],
  ])('refuses %j by name and rule', (args, message) => {
    expect(() => readCommand(args)).toThrow(message);
  });
});
