import type { Character } from './character.ts';
import type { SimBody, SimEventType, SimSource } from './events.ts';
import { SIM_SOURCES } from './events.ts';
import type { Schedule } from './heap.ts';
import type { Random } from './random.ts';

/** Sends one event of the room. */
export type Emit = <T extends SimEventType>(ts: number, type: T, body: SimBody<T>) => void;

/** The people in a room: who they are, how long they stay, and who does the next thing. */
export interface Crowd {
  enter(ts: number, stay: number): void;
  impression(ts: number): void;
  /** A user who is in the room, or now and then one who only passes by. */
  someone(): string;
  size(): number;
}

/** Share of entries by source, in the order of SIM_SOURCES: discovery feeds bring most. */
const SOURCE_WEIGHTS = [46, 14, 8, 7, 5, 5, 7, 6, 2];
/** People of one market; some are regulars and come more often. */
const MARKET_SIZE = 400_000;

interface Visitor {
  user: string;
  entered: number;
  index: number;
}

export function createCrowd(
  character: Character,
  random: Random,
  emit: Emit,
  later: Schedule<(ts: number) => void>,
  users?: number,
): Crowd {
  const present: Visitor[] = [];
  const source = (): SimSource => SIM_SOURCES[random.weighted(SOURCE_WEIGHTS)] ?? 'other';
  // Squaring favours low numbers: regulars.
  const fromMarket = (): string => `u-${character.market}-${Math.floor(random.next() ** 2 * MARKET_SIZE)}`;
  /** The same people over and over, each as often as any other, so that a room has met them all soon. */
  const inTurn = (count: number): (() => string) => {
    const first = random.int(MARKET_SIZE);
    let next = 0;
    return () => `u-${character.market}-${first + (next++ % count)}`;
  };
  const user = users === undefined ? fromMarket : inTurn(users);

  const leave = (visitor: Visitor, ts: number): void => {
    const last = present.pop() as Visitor;
    if (last !== visitor) {
      present[visitor.index] = last;
      last.index = visitor.index;
    }
    emit(ts, 'viewer.left', { user_id: visitor.user, watch_ms: ts - visitor.entered });
  };

  return {
    enter(ts, stay) {
      const visitor: Visitor = { user: user(), entered: ts, index: present.length };
      present.push(visitor);
      emit(ts, 'viewer.entered', { user_id: visitor.user, source: source() });
      // Many look in briefly, some stay: two exponentials with the character's mean.
      const mean = character.staySeconds * stay * (random.chance(0.7) ? 0.5 : 2.17);
      later.put(ts + 1_000 + Math.floor(random.exponential(mean) * 1000), (at) => leave(visitor, at));
    },
    impression(ts) {
      emit(ts, 'room.impression', { count: 5 + random.int(40), source: source() });
    },
    someone: () => (present.length === 0 || random.chance(0.01) ? user() : random.pick(present).user),
    size: () => present.length,
  };
}
