import { type ByteIndex, createByteIndex } from './byte-index.ts';
import type { Room } from './room.ts';
import { createSeat, type Seat } from './seat.ts';

/** The rooms held in memory, by id, by the id's bytes, and in order of id. */
export interface Seats {
  get(roomId: string): Seat | undefined;
  readonly find: ByteIndex<Seat>['find'];
  /** Seats a room; one of the same id leaves. */
  add(room: Room): Seat;
  remove(roomId: string): void;
  /** In order of `room_id`. A seat may be removed meanwhile. */
  all(): readonly Seat[];
}

export const createSeats = (rooms: Iterable<Room>): Seats => {
  const held = new Map<string, Seat>();
  const index = createByteIndex<Seat>();
  let ordered: readonly Seat[] | undefined;

  const add = (room: Room): Seat => {
    const seat = createSeat(room);
    held.set(room.room_id, seat);
    index.put(room.room_id, seat);
    ordered = undefined;
    return seat;
  };
  for (const room of rooms) add(room);

  return {
    get: (roomId) => held.get(roomId),
    find: index.find,
    add,
    remove: (roomId) => {
      held.delete(roomId);
      index.delete(roomId);
      ordered = undefined;
    },
    all: () => {
      ordered ??= [...held.values()].sort((a, b) => (a.room.room_id < b.room.room_id ? -1 : 1));
      return ordered;
    },
  };
};
