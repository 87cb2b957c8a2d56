import type { RoomInfo } from '@liveboard/contracts';
import { type ByteIndex, createByteIndex } from './byte-index.ts';
import { createUnsaid, type Minute, minuteFor, type Product, type Room, type Unsaid } from './room.ts';
import type { Outcome } from './types.ts';

/** A room in its partition, with what is not part of its state: what readers were not told, and ways to find things fast. */
export interface Seat {
  readonly room: Room;
  readonly unsaid: Unsaid;
  readonly products: ByteIndex<Product>;
  /** What is known of the room itself, as it was built last; anew where `unsaid.infoDirty`. */
  info?: RoomInfo;
  /** The minute met last. */
  minute?: Minute;
  readonly counted: Outcome;
  readonly duplicate: Outcome;
}

export const createSeat = (room: Room): Seat => ({
  room,
  unsaid: createUnsaid(),
  products: createByteIndex(),
  counted: { kind: 'counted', room_id: room.room_id },
  duplicate: { kind: 'duplicate', room_id: room.room_id },
});

/** A minute of the room that is not final, made where it is new. */
export const minuteAt = (seat: Seat, minute: number): Minute => {
  if (seat.minute?.minute !== minute) seat.minute = minuteFor(seat.room, minute);
  return seat.minute as Minute;
};
