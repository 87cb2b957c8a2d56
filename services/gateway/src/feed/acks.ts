import { LIMITS } from '@liveboard/contracts';
import type { Position } from './room-view.ts';

/** A client is slow when what it acknowledges is older than this, ms. */
const BEHIND_MS = 2_000;
/** What is sent within this time is judged together, ms. */
const MARK_MS = 250;

/** What a client was sent, and how far its acknowledgements are behind that. Times in ms. */
export interface Acks {
  /** What was sent of an older log generation (`epoch`) no longer waits: the client acknowledges the new one's offsets. */
  sent(roomId: string, position: Position, at: number): void;
  /** Takes an acknowledgement. Says the room for which it names an offset that was never sent, and then changes nothing. */
  take(rooms: Readonly<Record<string, number>>, at: number): string | undefined;
  forget(roomId: string): void;
  /** The last acknowledgement was of things long sent, or the next one is overdue by as much. */
  isBehind(at: number): boolean;
}

interface Mark {
  readonly at: number;
  readonly offsets: Map<string, number>;
}

export const createAcks = (): Acks => {
  /** The highest offset sent, whatever its generation: acknowledgements of the old one may still be on their way. */
  const highest = new Map<string, number>();
  const epochs = new Map<string, number>();
  /** What is not acknowledged yet, oldest first. */
  let marks: Mark[] = [];
  /** How old the oldest thing was that the last acknowledgement did not cover. */
  let lag = 0;

  const clear = (roomId: string): void => {
    for (const { offsets } of marks) offsets.delete(roomId);
    marks = marks.filter(({ offsets }) => offsets.size > 0);
    if (marks.length === 0) lag = 0;
  };

  return {
    sent: (roomId, { epoch, offset }, at) => {
      if (epochs.get(roomId) !== epoch) clear(roomId);
      epochs.set(roomId, epoch);
      highest.set(roomId, Math.max(offset, highest.get(roomId) ?? 0));
      const last = marks.at(-1);
      if (last !== undefined && at - last.at < MARK_MS) last.offsets.set(roomId, offset);
      else marks.push({ at, offsets: new Map([[roomId, offset]]) });
    },
    take: (rooms, at) => {
      const acked = new Map(Object.entries(rooms));
      for (const [roomId, offset] of acked) if (offset > (highest.get(roomId) ?? offset)) return roomId;
      for (const { offsets } of marks)
        for (const [roomId, offset] of offsets) if ((acked.get(roomId) ?? -1) >= offset) offsets.delete(roomId);
      marks = marks.filter(({ offsets }) => offsets.size > 0);
      lag = marks[0] === undefined ? 0 : at - marks[0].at;
      return undefined;
    },
    forget: (roomId) => {
      highest.delete(roomId);
      epochs.delete(roomId);
      clear(roomId);
    },
    isBehind: (at) => {
      const [oldest] = marks;
      return oldest !== undefined && (lag > BEHIND_MS || at - oldest.at > LIMITS.ack_ms + BEHIND_MS);
    },
  };
};
