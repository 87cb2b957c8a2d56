import { createRandom } from '@liveboard/simulator';
import type { Fault } from '@liveboard/verify';

/** Faults that happen at once: one, or two that have met. */
export type Step = readonly Fault[];

/** Of so many steps one meets the next. */
const MEET = 0.25;
/** An added worker comes the first time and leaves the second: with itself it would do nothing. */
const mayMeet = (a: Fault, b: Fault): boolean => a !== b;

/** Each fault so often, in an order and in pairs that the seed decides. */
export const scheduleOf = (seed: string, faults: readonly Fault[], times: number): Step[] => {
  const random = createRandom(`${seed}/schedule`);
  const all = faults.flatMap((fault) => Array.from({ length: times }, () => ({ fault, at: random.next() })));
  const order = all.sort((a, b) => a.at - b.at).map(({ fault }) => fault);
  const steps: Step[] = [];
  for (let i = 0; i < order.length; i++) {
    const [fault, next] = [order[i] as Fault, order[i + 1]];
    if (next !== undefined && mayMeet(fault, next) && random.chance(MEET)) {
      steps.push([fault, next]);
      i++;
    } else steps.push([fault]);
  }
  return steps;
};
