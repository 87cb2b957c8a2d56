import type { ServerMessage } from '@liveboard/contracts';
import type { FeedCounters } from './counters.ts';

const CONFLATE_BYTES = 64 * 1024;
const HOLD_BYTES = 256 * 1024;
const CUT_BYTES = 1024 * 1024;
/** How often a slow client is told whole states. */
const STATE_EVERY_MS = 1_000;

/** What the outbox needs of a socket. */
export interface Wire {
  readonly bufferedAmount: number;
  send(text: string): void;
}

/** A message about a room, serialised, and the offset at which the room stands after it. */
export interface Stated {
  readonly text: string;
  readonly offset: number;
}

/** `cut`: more waits for the client than it may cost. */
export type Flushed = 'ok' | 'cut';

export interface Outbox {
  push(message: ServerMessage): void;
  /** A room's next update. It is left out where a state is owed: that one will contain it. */
  update(roomId: string, update: Stated): void;
  /** The room's state goes out next, as it is by then. Without `state`: what the client lacks. */
  owe(roomId: string, state?: () => Stated | undefined): void;
  forget(roomId: string): void;
  /** Sends one frame at most. `behind`: the client's acknowledgements say that it is slow. `mute`: metrics must wait. */
  flush(now: number, options: { behind: boolean; mute: boolean }): Flushed;
  readonly isSlow: boolean;
  /** When a frame went out last, ms. */
  readonly sentAt: number;
}

export interface OutboxOptions {
  readonly wire: Wire;
  /** What brings the client from what it was sent to the room's present state. */
  readonly catchUp: (roomId: string) => Stated | undefined;
  /** The client was sent the room up to that offset. */
  readonly onSent: (roomId: string, offset: number, now: number) => void;
  readonly start: number;
  readonly counters: Pick<FeedCounters, 'updates' | 'conflations'>;
}

/**
 * Collects what a client is to be told and sends it as one frame a tick. A client that falls behind is told less:
 * single updates give way to whole states, those to silence; what must not be lost (answers, revocations) is always sent.
 */
export const createOutbox = ({ wire, catchUp, onSent, start, counters }: OutboxOptions): Outbox => {
  let control: string[] = [];
  const updates = new Map<string, { readonly texts: string[]; offset: number }>();
  const owed = new Map<string, () => Stated | undefined>();
  let slow = false;
  let sentAt = start;
  let stateAt = Number.NEGATIVE_INFINITY;

  const owe = (roomId: string, state?: () => Stated | undefined): void => {
    updates.delete(roomId);
    if (state !== undefined || !owed.has(roomId)) owed.set(roomId, state ?? (() => catchUp(roomId)));
  };

  return {
    push: (message) => {
      control.push(JSON.stringify(message));
    },
    update: (roomId, { text, offset }) => {
      if (owed.has(roomId)) return;
      const held = updates.get(roomId);
      if (held === undefined) updates.set(roomId, { texts: [text], offset });
      else {
        held.texts.push(text);
        held.offset = offset;
      }
    },
    owe,
    forget: (roomId) => {
      updates.delete(roomId);
      owed.delete(roomId);
    },
    flush: (now, { behind, mute }) => {
      const waiting = wire.bufferedAmount;
      if (waiting > CUT_BYTES) return 'cut';
      const isSlow = behind || waiting > CONFLATE_BYTES;
      if (isSlow !== slow) {
        slow = isSlow;
        control.push(JSON.stringify({ type: 'degraded', reason: 'slow', on: slow } satisfies ServerMessage));
      }
      if (slow || mute) {
        counters.conflations += updates.size;
        for (const roomId of [...updates.keys()]) owe(roomId);
      }
      const parts = control;
      control = [];
      const maySend = !mute && waiting <= HOLD_BYTES;
      if (maySend && owed.size > 0 && (!slow || now - stateAt >= STATE_EVERY_MS)) {
        stateAt = now;
        for (const [roomId, state] of owed) {
          const stated = state();
          if (stated === undefined) continue;
          parts.push(stated.text);
          onSent(roomId, stated.offset, now);
        }
        owed.clear();
      }
      for (const [roomId, { texts, offset }] of updates) {
        parts.push(...texts);
        counters.updates += texts.length;
        onSent(roomId, offset, now);
      }
      updates.clear();
      if (parts.length > 0) {
        wire.send(`[${parts.join(',')}]`);
        sentAt = now;
      }
      return 'ok';
    },
    get isSlow() {
      return slow;
    },
    get sentAt() {
      return sentAt;
    },
  };
};
