import { createDirectory } from '@liveboard/access';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exportLines, importMessages } from '../src/directory.ts';

const record = (kind: string, id: string, rev: number, body: object): object => ({
  v: 1,
  kind,
  id,
  rev,
  by: 'test',
  body,
});
const grant = (rev: number, body: object): object =>
  record('authorization', 'p~a', rev, { partner_id: 'p', account_id: 'a', scopes: ['live'], ...body });
const logged = (records: readonly unknown[], from = 0) =>
  records.map((each, offset) => ({
    offset,
    append: from + offset,
    value: Buffer.from(typeof each === 'string' ? each : JSON.stringify(each)),
  }));

/** What the directory is, however it came to be so. */
const view = (values: readonly { value: Buffer | null; append: number }[]) => {
  const directory = createDirectory();
  for (const { value, append } of values) {
    let parsed: unknown;
    try {
      parsed = JSON.parse(value?.toString() ?? '');
    } catch {}
    directory.apply(parsed, append);
  }
  return {
    partner: [directory.get('partner', 'p'), directory.revOf('partner', 'p')],
    grant: [directory.authorization('p', { account_id: 'a' }), directory.revOf('authorization', 'p~a')],
    revision: directory.revision,
  };
};

describe('an export of the directory', () => {
  it('has every record in the order of the log, and why some changed nothing', () => {
    const records = [record('partner', 'p', 1, { name: 'P' }), 'no JSON', record('partner', 'p', 1, { name: 'Q' })];
    const { lines, applied } = exportLines([...logged(records), { offset: 3, append: 3, value: null }]);
    expect(applied).toBe(1);
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      { offset: 0, append: 0, record: records[0] },
      { offset: 1, append: 1, value_b64: Buffer.from('no JSON').toString('base64'), ignored: 'malformed' },
      { offset: 2, append: 2, record: records[2], ignored: 'not_next' },
      { offset: 3, append: 3, value_b64: '', ignored: 'malformed' },
    ]);
    expect(importMessages(lines)).toEqual([{ key: 'partner/p', value: Buffer.from(JSON.stringify(records[0])) }]);
  });

  it('that is imported later does not apply what was illegal at its time', () => {
    // A grant that may not be asked for anew before it has expired; at the time of the import it has.
    const log = logged([grant(1, { state: 'granted', expires_at: 100 }), grant(2, { state: 'requested' })], 50);
    const messages = importMessages(exportLines(log).lines);
    expect(messages.length).toBe(1);
    expect(view(messages.map(({ value }) => ({ value, append: 1_000 })))).toEqual(view(log));
  });

  it('comes to the same when it is imported at any later time', () => {
    const state = fc.constantFrom('requested', 'granted', 'declined', 'withdrawn', 'revoked');
    const anyRecord = fc.oneof(
      fc.nat(4).map((rev) => record('partner', 'p', rev, { name: `${rev}` })),
      fc
        .record({ rev: fc.nat(6), state, expires_at: fc.option(fc.nat(60), { nil: undefined }) })
        .map(({ rev, ...body }) => grant(rev, body)),
      fc.constantFrom('{', 'null', '7'),
    );
    fc.assert(
      fc.property(fc.array(anyRecord, { maxLength: 60 }), fc.nat(100), (records, later) => {
        const log = logged(records);
        const messages = importMessages(exportLines(log).lines);
        const imported = messages.map(({ value }, n) => ({ value, append: records.length + later + n }));
        expect(view(imported)).toEqual(view(log));
        expect(messages.length).toBe(view(log).revision);
      }),
    );
  });

  it('is told from another file', () => {
    for (const bad of ['{', 'null', '7', '{}', '{"offset":0,"append":1}', '{"append":"x","record":{}}'])
      expect(() => importMessages(['{"append":1,"record":{}}', bad]), bad).toThrow('line 2: ');
  });
});
