import { type Effect, effectsOf } from './counts.ts';
import { onlineSteps, type Step, unpaidSteps } from './gauges.ts';
import { type Span, spansOf } from './life.ts';
import { byTime, type RoomEvent } from './types.ts';

/** What the first `k` counted events of a room say together. */
export type Known = {
  sorted: RoomEvent[];
  effects: Effect[];
  online: Step[];
  unpaid: Step[];
  spans(time: number | undefined): Span[];
};

/** A room's counted events in offset order, and what each prefix of them says. */
export type Knowledge = { counted: RoomEvent[]; known(k: number): Known };

export function createKnowledge(counted: RoomEvent[]): Knowledge {
  const effects = effectsOf(counted);
  let last: { k: number; known: Known } | undefined;
  const known = (k: number): Known => {
    if (last?.k === k) return last.known;
    const sorted = counted.slice(0, k).sort(byTime);
    const some = effects.slice(0, k);
    const made: Known = {
      sorted,
      effects: some,
      online: onlineSteps(sorted),
      unpaid: unpaidSteps(some),
      spans: (time) => spansOf(sorted, time),
    };
    last = { k, known: made };
    return made;
  };
  return { counted, known };
}
