import type { DirectoryRecord, Folded } from '@liveboard/access';
import type { FoldedLog, FoldedRecord } from '@liveboard/kafka';
import { describe, expect, it } from 'vitest';
import { createDirectoryStore } from '../src/directory/store.ts';
import { log, settle } from './fakes.ts';

const partner = (name: string, rev = 1): DirectoryRecord => ({
  v: 1,
  kind: 'partner',
  id: 'p',
  rev,
  by: 'test',
  body: { name },
});

/** A log that is a list, shared by all stores that are made of it. */
const create = (seeds: readonly DirectoryRecord[] = []) => {
  const records: FoldedRecord[] = [];
  const folds: ((record: FoldedRecord) => Folded)[] = [];
  const state = { age: 0 as number | undefined, failures: 0, before: [] as DirectoryRecord[] };
  const add = (value: Buffer): readonly Folded[] => {
    const record = { offset: records.length, append: 1_000, value };
    records.push(record);
    return folds.map((fold) => fold(record));
  };
  let tell = (): void => undefined;
  const ready = new Promise<void>((done) => {
    tell = done;
  });
  const store = createDirectoryStore({
    createLog: (fold): FoldedLog<Folded> => {
      folds.push(fold);
      return {
        start: () => undefined,
        ready,
        unconfirmedMs: () => state.age,
        append: async (messages) => {
          if (state.failures-- > 0) throw new Error('away');
          for (const earlier of state.before.splice(0)) add(Buffer.from(JSON.stringify(earlier)));
          return messages.map(({ value }) => add(value ?? Buffer.alloc(0))[0] as Folded);
        },
        stop: async () => undefined,
      };
    },
    seeds,
    log,
    againMs: 0,
  });
  return { store, state, records, add, atEnd: tell };
};

describe('the directory of a gateway', () => {
  it('is ready once the log was read, and refuses everybody before', async () => {
    const { store, add, atEnd } = create();
    store.start();
    add(Buffer.from(JSON.stringify(partner('P'))));
    await settle();
    expect([store.state(), store.notReady()]).toEqual(['reading', expect.any(String)]);
    for (const role of ['partner', 'operator'] as const) expect(store.refusal(role)).toEqual(expect.any(String));
    atEnd();
    await settle();
    expect([store.state(), store.notReady(), store.refusal('partner')]).toEqual(['ready', undefined, undefined]);
    expect(store.directory.get('partner', 'p')).toEqual({ name: 'P' });
  });

  it('is not ready where its end could not be confirmed for 30 s, and refuses partners then', async () => {
    const { store, state, atEnd } = create();
    store.start();
    atEnd();
    await settle();
    state.age = 30_000;
    expect(store.state()).toBe('ready');
    state.age = 30_001;
    expect([store.state(), store.notReady()]).toEqual(['unconfirmed', expect.any(String)]);
    expect([store.refusal('partner'), store.refusal('operator')]).toEqual([expect.any(String), undefined]);
    state.age = 5;
    expect([store.state(), store.refusal('partner')]).toEqual(['ready', undefined]);
  });

  it('passes over what is no record', async () => {
    const { store, add } = create();
    for (const value of ['', '{', 'null', '[]', '{"v":1}']) add(Buffer.from(value));
    expect(store.directory.revision).toBe(0);
  });

  it('says of what it wrote whether somebody else was first', async () => {
    const { store, state } = create();
    expect(await store.write([partner('mine')])).toEqual(['written']);
    state.before = [partner('theirs', 2)];
    expect(await store.write([partner('mine too', 2), partner('third', 3)])).toEqual(['conflict', 'written']);
    state.failures = 1;
    await expect(store.write([partner('fourth', 4)])).rejects.toThrow('away');
    expect(store.directory.get('partner', 'p')).toEqual({ name: 'third' });
  });

  it('writes its first records once, also after a failure and beside another gateway', async () => {
    const { store, state, records, atEnd } = create([partner('seed')]);
    state.failures = 1;
    state.before = [partner('seed')];
    store.start();
    atEnd();
    await expect.poll(() => store.state()).toBe('ready');
    expect(records.length).toBe(2);
    expect(store.directory.revOf('partner', 'p')).toBe(1);
  });

  it('leaves alone what was changed since', async () => {
    const { store, records, add, atEnd } = create([partner('seed')]);
    for (const each of [partner('P'), partner('Q', 2)]) add(Buffer.from(JSON.stringify(each)));
    store.start();
    atEnd();
    await expect.poll(() => store.state()).toBe('ready');
    expect([records.length, store.directory.get('partner', 'p')]).toEqual([2, { name: 'Q' }]);
  });
});
