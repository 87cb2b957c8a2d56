import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createPartition, createVerdicts, type LogRecord, restoreVerdicts } from '../src/index.ts';
import { bytes, happening, type Loose, log, M, OPTIONS, run, settled, started, T, tick, toEvent } from './log.ts';

const SEED = Date.now() % 1_000_000;
const named = (name: string): string => `${name} (seed ${SEED})`;
const settings = { seed: SEED, numRuns: 60 };

const happenings = fc.array(happening, { minLength: 1, maxLength: 80 });
const inOrder = (events: readonly Loose[]): Loose[] => [...events].sort((a, b) => a.ts - b.ts);

it(named('is the same for any borders of batches'), { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(happenings, fc.integer({ min: 2, max: 100 }), (all, batch) => {
      const records = log([started(T), ...inOrder(all.map(toEvent)), tick(T + 15 * M)]);
      expect(run(records, batch)).toEqual(run(records, 1));
    }),
    settings,
  );
});

it(named('is the same after a restart at any record'), { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(happenings, fc.nat(), (all, cut) => {
      // Many are copies of an earlier id, and every seventh comes too late.
      const events = inOrder(all.map(toEvent)).map((each, n) => ({
        ...each,
        id: `p${n % 4}`,
        ts: n % 7 === 6 ? each.ts - 4 * M : each.ts,
      }));
      const records = log([started(T), ...events, tick(T + 15 * M)]);
      expect(run(records, 7, cut % records.length)).toEqual(run(records, 7));
    }),
    settings,
  );
});

it(named('is the same with copies anywhere while the minute of the first is not final'), { timeout: 60_000 }, () => {
  const copy = fc.record({
    of: fc.nat(),
    later: fc.integer({ min: 0, max: 119_000 }),
    shift: fc.integer({ min: 0, max: 59_000 }),
  });
  fc.assert(
    fc.property(happenings, fc.array(copy, { maxLength: 20 }), (all, copies) => {
      const events = inOrder(all.map(toEvent));
      const again = copies.map(({ of, later, shift }) => {
        const first = events[of % events.length] as Loose;
        // A copy may tell another time; it is read after the first and before that one's minute is final.
        return { at: first.ts + later, event: { ...first, ts: first.ts + Math.min(shift, later) } };
      });
      const sent = [...events.map((event) => ({ at: event.ts, event })), ...again].sort((a, b) => a.at - b.at);
      const frame = (inner: readonly Loose[]): LogRecord[] =>
        log([{ ...started(T), id: 's' }, ...inner, tick(T + 18 * M)]);
      const once = run(frame(events));
      const twice = run(frame(sent.map(({ event }) => event)));
      expect(settled(twice.rows)).toEqual(settled(once.rows));
      const { duplicate, in: _, ...ledger } = twice.end.ledger;
      expect(duplicate).toBe(copies.length);
      expect(once.end.ledger).toMatchObject(ledger);
      expect(twice.end.rooms[0]?.live.totals).toEqual(once.end.rooms[0]?.live.totals);
    }),
    settings,
  );
});

/**
 * What arrival shapes on purpose is left out: which of an order's copies is first, the source of who entered before,
 * life before a start read late, rows of zeros closed before an end was read.
 */
const unshaped = happening.filter(({ what }) => !['cancelled', 'restarted', 'ended'].includes(what));
const delayed = fc.record({ what: unshaped, delay: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 119_000 })) });

it(named('gives the same rows and comparisons for any order of arrival within the grace'), { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(fc.array(delayed, { minLength: 2, maxLength: 80 }), (all) => {
      const events = all.map(({ what, delay }, n) => {
        const event = toEvent(what, n);
        // Who enters does nothing else, and every order has lines of its own.
        const user_id = what.what === 'enter' ? `v${what.who}` : event.user_id;
        const order_id = what.what === 'paid' || what.what === 'created' ? `o${n}` : event.order_id;
        return { at: event.ts + delay, event: { ...event, user_id, order_id } };
      });
      const sent = (order: typeof events): LogRecord[] => [
        { offset: 0, append: T, value: bytes({ v: 1, id: 's', room_id: 'r1', ...started(T) }) },
        ...order.map(({ at, event }, i) => ({
          offset: i + 1,
          append: at,
          value: bytes({ v: 1, room_id: 'r1', ...event }),
        })),
        { offset: events.length + 1, append: T + 20 * M, value: bytes({ v: 1, ...tick(T + 20 * M) }) },
      ];
      const byArrival = [...events].sort((a, b) => a.at - b.at);
      const byTime = [...events].sort((a, b) => a.event.ts - b.event.ts).map(({ event }) => ({ at: event.ts, event }));
      const arrived = run(sent(byArrival));
      expect(arrived.end.ledger.late).toBe(0);
      expect(settled(arrived.rows)).toEqual(settled(run(sent(byTime)).rows));
    }),
    settings,
  );
});

it(named('judges without windows as windows do, also after a restart'), { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(happenings, fc.nat(), (all, cut) => {
      const events = all.map(toEvent).map((each, n) => ({ ...each, id: `p${n % 9}` }));
      const ticks = events.filter((_, n) => n % 5 === 0).map(({ ts }) => tick(ts));
      const records = log([
        ...events.slice(0, 7),
        ...ticks,
        ...events.slice(7),
        { type: 'x.y', ts: T },
        { type: 'z', ts: T },
      ]);
      const partition = createPartition(OPTIONS);
      let verdicts = createVerdicts(OPTIONS);
      records.forEach((record, i) => {
        const { kind } = partition.apply(record);
        expect(verdicts.judge(record).kind).toBe(kind);
        expect(verdicts.streamTime).toBe(partition.streamTime);
        if (i === cut % records.length) verdicts = restoreVerdicts(OPTIONS, Buffer.concat([...verdicts.encode()]));
      });
      expect(verdicts.ledger).toEqual(partition.ledger);
      expect(verdicts.applied).toBe(partition.applied);
    }),
    settings,
  );
});
