import type { Principal } from '@liveboard/access';
import { describe, expect, it } from 'vitest';
import { createRecorder, type HistoryRead, JOIN_MS } from '../src/access-log/recorder.ts';
import { settle } from './fakes.ts';

const PARTNER: Principal = { sub: 'mira', role: 'partner', partner_id: 'p' };
const OPERATOR: Principal = { sub: 'ops', role: 'operator', account_ids: ['*'] };
const RECORD = {
  v: 1,
  by: 'mira',
  what: 'minutes',
  partner_id: 'p',
  account_id: 'a',
  room_id: 'r',
  range: { from: 0, to: 60_000 },
  contract_id: 'c',
};

describe('a read of history', () => {
  const permit = (contract_id: string, from: number, to?: number) => ({
    authorization_id: 'p~a',
    contract_id,
    from,
    ...(to === undefined ? {} : { to }),
  });
  const history = (from: number, to: number, more: Partial<HistoryRead> = {}): HistoryRead => ({
    what: 'minutes',
    room: { room_id: 'r', account_id: 'a' },
    range: { from, to },
    permits: [permit('c', 0)],
    ...more,
  });
  const create = () => {
    const state = { now: 0, fails: false, records: [] as object[] };
    const recorder = createRecorder(
      async (records) => {
        await settle();
        if (state.fails) throw new Error('away');
        state.records.push(...records);
      },
      () => state.now,
    );
    const record = async (reads: readonly HistoryRead[], who = PARTNER) => {
      await recorder.record(who, reads);
      return state.records.splice(0);
    };
    return { state, recorder, record };
  };

  it('is recorded with what permitted which part of it', async () => {
    const { record } = create();
    expect(
      await record([
        history(5, 20, {
          permits: [permit('c', 0, 10), permit('d', 10)],
          room: { room_id: 'r', account_id: 'a', shop_id: 's' },
        }),
      ]),
    ).toEqual([
      { ...RECORD, ...{ range: { from: 5, to: 10 } }, shop_id: 's' },
      { ...RECORD, ...{ range: { from: 10, to: 20 }, contract_id: 'd' }, shop_id: 's' },
    ]);
    expect(await record([history(0, 5, { permits: [] })], OPERATOR)).toEqual([
      { v: 1, by: 'ops', what: 'minutes', account_id: 'a', room_id: 'r', range: { from: 0, to: 5 } },
    ]);
    expect(await record([history(0, 5, { permits: [] })], { sub: 'h', role: 'host', account_ids: ['a'] })).toEqual([]);
  });

  it('is joined to one that says as much, for a minute', async () => {
    const { record, state } = create();
    expect(await record([history(10, 20)])).toHaveLength(1);
    expect(await record([history(10, 20), history(12, 15)])).toEqual([]);
    for (const other of [
      history(9, 20),
      history(10, 21, { permits: [permit('d', 0)] }),
      history(10, 20, { room: { room_id: 'other', account_id: 'a' } }),
      history(10, 20, { what: 'totals' }),
    ])
      expect(await record([other])).toHaveLength(1);
    expect(await record([history(10, 20)], { ...PARTNER, sub: 'jonas' })).toHaveLength(1);
    state.now = JOIN_MS.minutes - 1;
    expect(await record([history(9, 20)])).toEqual([]);
    state.now++;
    expect(await record([history(9, 20)])).toHaveLength(1);
    // A list that stays open is one look.
    expect(await record([history(10, 20, { what: 'totals' })])).toEqual([]);
    state.now = JOIN_MS.totals;
    expect(await record([history(10, 20, { what: 'totals' })])).toHaveLength(1);
  });

  it('is joined to several that say as much together', async () => {
    // Somebody who asks for parts in turn would push all others out of what is kept.
    const { record, state } = create();
    for (const part of [history(0, 10), history(10, 20), history(30, 40)]) expect(await record([part])).toHaveLength(1);
    for (const part of [history(0, 10), history(5, 20), history(30, 40)]) expect(await record([part])).toEqual([]);
    expect(await record([history(5, 35)])).toHaveLength(1);
    expect(await record([history(0, 40)])).toEqual([]);
    state.now = JOIN_MS.minutes;
    expect(await record([history(10, 20)])).toHaveLength(1);
    expect(await record([history(0, 10)])).toHaveLength(1);
  });

  it('waits for the record that it is joined to, and for one of its own where that failed', async () => {
    const { state, recorder, record } = create();
    state.fails = true;
    const both = await Promise.allSettled([
      recorder.record(PARTNER, [history(0, 5)]),
      recorder.record(PARTNER, [history(0, 5)]),
    ]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    state.fails = false;
    const again = await Promise.all([record([history(0, 5)]), recorder.record(PARTNER, [history(0, 5)])]);
    expect(again[0]).toHaveLength(1);
  });
});
