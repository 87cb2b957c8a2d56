import type { Character, CharacterKind } from './character.ts';
import type { SimEvent } from './events.ts';
import { createRoom, type SimRoom } from './room.ts';
import { ROSTER } from './roster.ts';
import type { ExpectedState } from './shapes.ts';

const MINUTE_MS = 60_000;

/** A room as tests and screenshots want to know it. */
export interface RoomDescription {
  room_id: string;
  name: string;
  account_id: string;
  character: CharacterKind;
  /** What a board should say about the room now; `varies` where it may say several things. */
  expected_state: ExpectedState;
  started_at: number;
  ended: boolean;
}

/** Several simulated rooms side by side, including those that end and come back as new rooms. */
export interface Fleet {
  /** Events of all rooms up to `untilTs` that were not given yet, in order of `ts`; the same however it is asked. */
  next(untilTs: number): SimEvent[];
  /** Ends every room that is on air, at `ts`. */
  end(ts: number): SimEvent[];
  rooms(): readonly SimRoom[];
  describe(ts: number): RoomDescription[];
}

/** Which characters take part: at least 1, at most the whole roster. */
export interface FleetOptions {
  rooms?: number;
  /** Instant at which the first rooms start, ms since 1970 UTC. */
  start: number;
  characters?: readonly Character[];
  /** How many people each room meets at most, at least 1; without it they come from the whole market. */
  users?: number;
}

interface Slot {
  character: Character;
  room: SimRoom;
  /** The present stream's end, where it has one. */
  endsAt: number;
}

/** Rooms do not start at the same instant: their minutes and snapshots would march in step. */
const STAGGER_MS = 1_750;

export function createFleet(seed: string, options: FleetOptions): Fleet {
  const characters = (options.characters ?? ROSTER).slice(0, Math.max(1, options.rooms ?? ROSTER.length));
  const past: SimRoom[] = [];
  let endedAll = false;
  const slot = (character: Character, start: number): Slot => ({
    character,
    room: createRoom(character, seed, start, options.users),
    endsAt: character.streams === undefined ? Number.POSITIVE_INFINITY : start + character.streams.minutes * MINUTE_MS,
  });
  const slots = characters.map((character, i) => slot(character, options.start + i * STAGGER_MS));
  const all = (): SimRoom[] => [...past, ...slots.map((s) => s.room)];

  const advance = (held: Slot, untilTs: number, out: SimEvent[]): void => {
    while (held.endsAt <= untilTs) {
      out.push(...held.room.next(held.endsAt), ...held.room.end(held.endsAt, 'schedule'));
      past.push(held.room);
      const pause = held.character.streams?.pauseMinutes ?? 0;
      Object.assign(held, slot(held.character, held.endsAt + pause * MINUTE_MS));
    }
    for (const event of held.room.next(untilTs)) out.push(event);
  };

  return {
    next(untilTs) {
      if (endedAll) return [];
      const out: SimEvent[] = [];
      for (const held of slots) advance(held, untilTs, out);
      return out.sort((a, b) => a.ts - b.ts);
    },
    end(ts) {
      endedAll = true;
      return slots.flatMap((held) => held.room.end(ts, 'simulator_stopped'));
    },
    rooms: all,
    describe: (ts) =>
      all().map((room) => {
        const ended = endedAll || past.includes(room);
        return {
          room_id: room.room_id,
          name: room.character.name,
          account_id: room.character.account_id,
          character: room.character.kind,
          expected_state: room.expected(ts),
          started_at: room.start,
          ended,
        };
      }),
  };
}
