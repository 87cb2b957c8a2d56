import type { DirectoryRecord, Principal } from '@liveboard/access';
import type { AccessEntry } from '@liveboard/contracts';
import { accessLog } from '@liveboard/contracts/schemas';
import type { FoldedRecord } from '@liveboard/kafka';
import fc from 'fast-check';
import fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { createAccessLog, type Place } from '../src/access-log/entries.ts';
import type { HistoryRead } from '../src/access-log/recorder.ts';
import { createAccessLogStore } from '../src/access-log/store.ts';
import { createTail } from '../src/access-log/tail.ts';
import { Refusal, sendProblem } from '../src/problem.ts';
import { registerAccessLog } from '../src/rest/access-log.ts';
import type { Verified } from '../src/tokens.ts';
import { log, settle } from './fakes.ts';

const PARTNER: Principal = { sub: 'mira', role: 'partner', partner_id: 'p' };
const OPERATOR: Principal = { sub: 'ops', role: 'operator', account_ids: ['*'] };
const seller = (more: Partial<Principal>): Principal => ({ sub: 'boss', role: 'seller', ...more });

const step = (state: string, more: object = {}): DirectoryRecord =>
  ({
    v: 1,
    kind: 'authorization',
    id: 'p~a',
    rev: 1,
    by: 'boss',
    body: { partner_id: 'p', account_id: 'a', state, scopes: ['live'], ...more },
  }) as DirectoryRecord;
const read = (more: object = {}): object => ({
  v: 1,
  by: 'mira',
  what: 'minutes',
  partner_id: 'p',
  account_id: 'a',
  room_id: 'r',
  range: { from: 0, to: 60_000 },
  contract_id: 'c',
  ...more,
});

describe('what the access log shows', () => {
  it('is the steps and the reads, newest first, by name', () => {
    const made = createAccessLog(10);
    for (const [at, each] of [
      step('requested'),
      step('granted', { expires_at: 3, surprise: 1 }),
      step('granted', { expires_at: 3 }),
      step('granted', { contract_id: 'c' }),
      step('revoked'),
    ].entries())
      made.step(each, at);
    made.step({ ...step(''), kind: 'partner', body: { name: 'P' } } as DirectoryRecord, 9);
    expect(made.read(read(), 4, 0)).toBe(true);
    for (const bad of [undefined, {}, read({ v: 2 }), read({ what: 'all' })]) expect(made.read(bad, 4, 1)).toBe(false);
    const entries = made.list(PARTNER, undefined).map(({ entry }) => entry);
    // A grant that had run out is granted anew.
    expect(entries.map(({ at, what }) => [at, what])).toEqual([
      [4, 'revoked'],
      [4, 'minutes'],
      [3, 'granted'],
      [2, 'edited'],
      [1, 'granted'],
      [0, 'requested'],
    ]);
    expect(JSON.parse(JSON.stringify(entries.slice(1, 3)))).toEqual([
      {
        at: 4,
        by: 'mira',
        what: 'minutes',
        partner_id: 'p',
        account_id: 'a',
        room_id: 'r',
        range: { from: 0, to: 60_000 },
        contract_id: 'c',
      },
      { at: 3, by: 'boss', what: 'granted', partner_id: 'p', account_id: 'a', contract_id: 'c', scopes: ['live'] },
    ]);
    expect(entries[4]).not.toHaveProperty('surprise');
  });

  it('is each side’s own', () => {
    const made = createAccessLog(10);
    made.read(read(), 0, 0);
    made.read(read({ partner_id: 'q', by: 'aoi' }), 1, 1);
    made.read(read({ account_id: 'b', shop_id: 's' }), 2, 2);
    made.read(read({ partner_id: undefined, contract_id: undefined, by: 'ops' }), 3, 3);
    const seen = (who: Principal, subject?: object) => made.list(who, subject).map(({ at }) => at);
    expect(seen(PARTNER)).toEqual([2, 0]);
    expect(seen({ ...PARTNER, partner_id: undefined })).toEqual([]);
    expect(seen(seller({ account_ids: ['a'] }))).toEqual([3, 1, 0]);
    expect(seen(seller({ shop_ids: ['s'], main: true }))).toEqual([2]);
    expect(seen(seller({ account_ids: ['z'], shop_ids: ['a', 'shop:s'], main: true }))).toEqual([]);
    expect(seen(OPERATOR)).toEqual([3, 2, 1, 0]);
    expect(seen({ sub: 'h', role: 'host', account_ids: ['a'] })).toEqual([]);
    expect(seen(OPERATOR, { account_id: 'a' })).toEqual([3, 1, 0]);
    expect(seen(OPERATOR, { shop_id: 's' })).toEqual([2]);
    expect(seen(seller({ account_ids: ['a'] }), { account_id: 'b' })).toEqual([]);
  });

  it('depends on the end of the log alone, wherever reading it began, and in pages is the whole', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.boolean(), { maxLength: 80 }),
        fc.nat(80),
        fc.integer({ min: 1, max: 7 }),
        (keep, good, skip, limit) => {
          const [whole, late] = [createAccessLog(keep), createAccessLog(keep)];
          const begin = Math.min(skip, Math.max(0, good.length - keep));
          for (const [offset, isGood] of good.entries()) {
            const value = isGood ? read() : {};
            whole.read(value, Math.floor(offset / 3), offset);
            if (offset >= begin) late.read(value, Math.floor(offset / 3), offset);
          }
          const all = whole.list(OPERATOR, undefined);
          expect(late.list(OPERATOR, undefined)).toEqual(all);
          expect(all.map(({ seq }) => seq)).toEqual(
            [...good.keys()].filter((offset) => good[offset] && offset >= good.length - keep).reverse(),
          );
          const paged: number[] = [];
          for (
            let after: Place | undefined, page = whole.list(OPERATOR, undefined, after);
            page.length > 0;
            page = whole.list(OPERATOR, undefined, after)
          ) {
            paged.push(...page.slice(0, limit).map(({ seq }) => seq));
            after = page.slice(0, limit).at(-1);
          }
          expect(paged).toEqual(all.map(({ seq }) => seq));
        },
      ),
    );
  });

  it('stays bounded', () => {
    const tail = createTail<number>(10);
    for (let n = 0; n < 1_000; n++) tail.push(n, n);
    expect(tail.all()).toEqual([990, 991, 992, 993, 994, 995, 996, 997, 998, 999]);
    tail.reach(1_008);
    expect(tail.all()).toEqual([999]);
  });
});

describe('GET /v1/access-log', () => {
  const create = async () => {
    const state = { who: PARTNER as Principal, age: 0, isAway: false, offset: 0 };
    let fold: (record: FoldedRecord) => boolean = () => false;
    let tell = (): void => undefined;
    const made = createAccessLogStore({
      now: () => 0,
      log,
      createLog: (take) => {
        fold = take;
        return {
          start: () => undefined,
          ready: new Promise<void>((done) => {
            tell = done;
          }),
          unconfirmedMs: () => state.age,
          append: async (messages) => {
            if (state.isAway) return new Promise(() => undefined);
            return messages.map(({ value }) => fold({ offset: state.offset, append: 100 + state.offset++, value }));
          },
          stop: async () => undefined,
        };
      },
    });
    const app = fastify();
    app.setErrorHandler((error, _, reply) =>
      error instanceof Refusal
        ? sendProblem(reply, error.code, error.message, error.more)
        : reply.code(500).send(`${error}`),
    );
    registerAccessLog(app, { authenticate: async () => state.who as Verified }, made);
    const ask = async (query = '') => {
      const answer = await app.inject({ method: 'GET', url: `/v1/access-log${query}` });
      return {
        status: answer.statusCode,
        body: answer.json<{ entries: AccessEntry[]; next_cursor?: string; code?: string }>(),
      };
    };
    made.start();
    return {
      state,
      made,
      ask,
      atEnd: () => tell(),
      add: (value: string) => fold({ offset: state.offset++, append: 0, value: Buffer.from(value) }),
    };
  };
  const one: HistoryRead = {
    what: 'minutes',
    room: { room_id: 'r', account_id: 'a' },
    range: { from: 0, to: 5 },
    permits: [],
  };

  it('is read in pages by those it concerns, once the log was read and while it is confirmed', async () => {
    const { ask, made, state, atEnd, add } = await create();
    expect(await ask()).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
    atEnd();
    await settle();
    add('{');
    made.step(step('requested'), 50);
    expect(await made.record(1_000, PARTNER, [one])).toBe(true);
    const first = await ask('?limit=1&subject=a');
    expect(first.body).toEqual({
      entries: [expect.objectContaining({ at: 101, what: 'minutes', by: 'mira' })],
      next_cursor: expect.any(String),
    });
    const second = await ask(`?limit=1&cursor=${first.body.next_cursor}`);
    expect(second.body).toEqual({ entries: [expect.objectContaining({ at: 50, what: 'requested', by: 'boss' })] });
    for (const { body } of [first, second]) expect(accessLog.parse(body)).toEqual(body);
    expect((await ask('?subject=shop:a')).body).toEqual({ entries: [] });
    for (const [query, code] of [
      ['?cursor=1.both.2', 'INVALID_CURSOR'],
      ['?subject=', 'INVALID_REQUEST'],
      ['?who=me', 'INVALID_REQUEST'],
    ])
      expect(await ask(query)).toMatchObject({ status: 400, body: { code } });
    for (const role of ['host', 'service'] as const) {
      state.who = { sub: 'x', role, account_ids: ['a'] };
      expect(await ask()).toMatchObject({ status: 403, body: { code: 'FORBIDDEN_ROLE' } });
    }
    state.who = OPERATOR;
    state.age = 30_001;
    expect(await ask()).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
  });

  it('says of a read whether it was recorded in time, and counts those that were not', async () => {
    const { made, state } = await create();
    state.isAway = true;
    expect(await made.record(5, PARTNER, [one])).toBe(false);
    expect(await made.record(5, PARTNER, [])).toBe(true);
    expect(made.unrecorded).toBe(1);
  });
});
