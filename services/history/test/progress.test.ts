import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createProgress, type Place } from '../src/progress.ts';

const at = (offset: number): Place => ({ offset, append: offset * 10 });
/** Lets whoever waits for a promise that is settled go on. */
const settle = async (): Promise<void> => {
  for (let n = 0; n < 3; n++) await Promise.resolve();
};

/** A progress with a clock and acknowledgements of the test's own. */
const create = (ageMs: number, from?: Place) => {
  const clock = { now: 0 };
  const progress = createProgress(ageMs, () => clock.now, from);
  return {
    clock,
    progress,
    note: (first: number, last = first) => {
      let acknowledge = (): void => undefined;
      progress.note(at(first), at(last), new Promise<void>((done) => (acknowledge = done)));
      return async (): Promise<void> => {
        acknowledge();
        await settle();
      };
    },
  };
};

describe('what may be committed', () => {
  it('is nothing before the rows have been acknowledged for as long as it takes', async () => {
    const { clock, progress, note } = create(300, at(4));
    expect(progress.safe()).toEqual(at(4));
    const acknowledge = note(5, 9);
    clock.now = 10_000;
    expect([progress.safe(), progress.acknowledged, progress.waiting]).toEqual([at(4), at(4), at(5)]);
    await acknowledge();
    expect([progress.safe(), progress.acknowledged, progress.waiting]).toEqual([at(4), at(9), undefined]);
    clock.now += 299;
    expect(progress.safe()).toEqual(at(4));
    clock.now += 1;
    expect(progress.safe()).toEqual(at(9));
  });

  it('never passes over rows that still wait, and their age begins with them', async () => {
    const { clock, progress, note } = create(300);
    const [first, second] = [note(1), note(2)];
    await second();
    clock.now = 1_000;
    expect([progress.safe(), progress.acknowledged]).toEqual([undefined, undefined]);
    await first();
    expect(progress.acknowledged).toEqual(at(2));
    clock.now += 299;
    expect(progress.safe()).toBeUndefined();
    clock.now += 1;
    expect(progress.safe()).toEqual(at(2));
  });

  it('is at each instant the end of the longest row of notes that were acknowledged by then less the age', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('note' as const) }),
      fc.record({ kind: fc.constant('ack' as const), which: fc.nat(20) }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 300 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { clock, progress, note } = create(200);
        const acks: (() => Promise<void>)[] = [];
        const times: (number | undefined)[] = [];
        for (const each of steps) {
          if (each.kind === 'note') {
            acks.push(note(acks.length));
            times.push(undefined);
          } else if (each.kind === 'wait') clock.now += each.ms;
          else {
            const which = each.which % Math.max(1, acks.length);
            if (acks[which] === undefined) continue;
            await acks[which]();
            times[which] ??= clock.now;
          }
          let safe = -1;
          for (const [i, time] of times.entries()) {
            if (time === undefined || time > clock.now - 200) break;
            safe = i;
          }
          expect(progress.safe()?.offset ?? -1).toBe(safe);
        }
      }),
    );
  });
});
