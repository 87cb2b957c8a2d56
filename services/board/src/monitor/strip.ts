import { type Compare, type MinuteMetricId, metric } from '@liveboard/contracts';
import { ROWS } from './rows.ts';

/** A pulse from which a room is worth a place in the strip. */
const WORTH = 0.15;

/** One room as the strip looks at it. */
export interface Contender {
  readonly room_id: string;
  readonly name: string;
  readonly compare: Compare;
}

/** The rooms that may stand in the strip: those that move, with something to compare with. */
export const contendersOf = (
  lanes: readonly {
    readonly room_id: string;
    readonly name: string;
    readonly still: boolean;
    readonly compare?: Compare;
  }[],
): Contender[] =>
  lanes.flatMap(({ room_id, name, compare, still }) =>
    compare === undefined || compare.base_minutes === 0 || still ? [] : [{ room_id, name, compare }],
  );

export interface StripChoice {
  readonly lowest?: Contender;
  readonly highest?: Contender;
  /** Where neither: the largest change of all, whatever it is worth. */
  readonly calm?: { readonly name: string; readonly metric: MinuteMetricId; readonly delta: number };
}

/** Which rooms fell and rose most in the last closed minute. Rooms that stand still are not asked. */
export const chooseStrip = (rooms: readonly Contender[]): StripChoice => {
  const sorted = [...rooms].sort((a, b) => a.compare.pulse - b.compare.pulse);
  const [first] = sorted;
  const last = sorted.at(-1);
  const lowest = first !== undefined && first.compare.pulse <= -WORTH ? first : undefined;
  const highest = last !== undefined && last.compare.pulse >= WORTH ? last : undefined;
  if (lowest !== undefined || highest !== undefined)
    return { ...(lowest === undefined ? {} : { lowest }), ...(highest === undefined ? {} : { highest }) };
  let calm: StripChoice['calm'];
  let size = 0;
  for (const { name, compare } of rooms)
    for (const id of ['gmv', ...ROWS] as const) {
      const held = compare.metrics[id];
      const z = Math.abs(held?.z ?? 0);
      if (held?.delta === undefined || metric(id).noise === undefined || z <= size) continue;
      size = z;
      calm = { name, metric: id, delta: held.delta };
    }
  return calm === undefined ? {} : { calm };
};
