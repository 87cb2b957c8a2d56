import { admit } from './admission.ts';
import { roomOf } from './room.ts';
import { createTimeline } from './timeline.ts';
import type { OracleOptions, OracleRecord, OracleResult, OracleRoom, RoomEvent } from './types.ts';

function byRoom(events: RoomEvent[]): Map<string, RoomEvent[]> {
  const rooms = new Map<string, RoomEvent[]>();
  for (const event of events) {
    const room = rooms.get(event.event.room_id);
    if (room === undefined) rooms.set(event.event.room_id, [event]);
    else room.push(event);
  }
  return rooms;
}

/** Counts one partition from its first record; `records` are in offset order. Rooms without a counted event are left out. */
export function countPartition(records: OracleRecord[], options: OracleOptions): OracleResult {
  const admission = admit(records, options);
  const timeline = createTimeline(admission.moments);
  const late = byRoom(admission.late);
  const duplicates = byRoom(admission.duplicates);
  const rooms = new Map<string, OracleRoom>();
  for (const [roomId, counted] of byRoom(admission.counted)) {
    rooms.set(roomId, roomOf(roomId, counted, late.get(roomId) ?? [], duplicates.get(roomId) ?? [], timeline));
  }
  const { ledger, verdicts, streamTime } = admission;
  return { ledger, verdicts, rooms, ...(streamTime === undefined ? {} : { streamTime }) };
}
