import type { ErrorCode, ServerMessage } from '@liveboard/contracts';
import { applyComments, applySnapshot, applyUpdate, type RoomState } from './room-state.ts';
import type { RoomEntry } from './types.ts';

type Of<T extends ServerMessage['type']> = Extract<ServerMessage, { type: T }>;

/** The rooms that are wanted and what is known of each. */
export interface RoomBook {
  readonly entries: ReadonlyMap<string, RoomEntry>;
  readonly offsets: Readonly<Record<string, number>>;
  wants(roomId: string): boolean;
  open(roomId: string): void;
  drop(roomId: string): void;
  stateOf(roomId: string): RoomState | undefined;
  snapshot(message: Of<'snapshot'>, serverNow: number): void;
  /** False where the room must be subscribed again. */
  update(message: Of<'update'>, serverNow: number): boolean;
  comments(message: Of<'comments'>): void;
  ended(message: Of<'room.ended'>): void;
  stale(roomId: string, on: boolean): void;
  /** Refused or revoked: the numbers are forgotten at once. */
  gone(roomId: string, code: ErrorCode, message: string, at: number, held?: readonly string[]): void;
}

export const createRoomBook = (): RoomBook => {
  const entries = new Map<string, RoomEntry>();
  const change = (roomId: string, make: (held: RoomEntry) => RoomEntry): void => {
    const held = entries.get(roomId);
    if (held !== undefined && held.phase !== 'gone') entries.set(roomId, make(held));
  };
  const merged = (held: RoomEntry, state: RoomState, serverNow: number): RoomEntry => {
    const { ended, ...rest } = held;
    const lagMs = Math.max(0, serverNow - state.live.health.stream_time);
    // A room that fell silent may wake again.
    const isOver = state.live.room.status === 'ended' && ended !== undefined;
    return isOver ? { ...held, state, lagMs } : { ...rest, phase: 'live', state, lagMs };
  };
  return {
    entries,
    get offsets() {
      return Object.fromEntries(
        [...entries.values()].flatMap(({ room_id, state }) => (state === undefined ? [] : [[room_id, state.offset]])),
      );
    },
    wants: (roomId) => {
      const held = entries.get(roomId);
      return held !== undefined && held.phase !== 'gone';
    },
    open: (roomId) => {
      const held = entries.get(roomId);
      if (held === undefined || held.phase === 'gone')
        entries.set(roomId, { room_id: roomId, phase: 'opening', stale: false });
    },
    drop: (roomId) => {
      entries.delete(roomId);
    },
    stateOf: (roomId) => entries.get(roomId)?.state,
    snapshot: (message, serverNow) =>
      change(message.room_id, (held) => merged(held, applySnapshot(held.state, message), serverNow)),
    update: (message, serverNow) => {
      const held = entries.get(message.room_id);
      if (held?.state === undefined) return true;
      const result = applyUpdate(held.state, message);
      if (result.kind === 'applied') change(message.room_id, (entry) => merged(entry, result.state, serverNow));
      return result.kind !== 'gap';
    },
    comments: ({ room_id, items }) =>
      change(room_id, (held) =>
        held.state === undefined ? held : { ...held, state: applyComments(held.state, items) },
      ),
    ended: ({ room_id, ended_at, final_at, reason }) =>
      change(room_id, (held) => ({
        ...held,
        phase: 'ended',
        ended: { ended_at, final_at, ...(reason === undefined ? {} : { reason }) },
      })),
    stale: (roomId, on) => change(roomId, (held) => ({ ...held, stale: on })),
    gone: (roomId, code, message, at, held) => {
      if (!entries.has(roomId)) return;
      const gone = { code, message, at, ...(held === undefined ? {} : { held }) };
      entries.set(roomId, { room_id: roomId, phase: 'gone', gone, stale: false });
    },
  };
};
