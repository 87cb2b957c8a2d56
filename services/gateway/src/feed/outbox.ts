import type { ServerMessage } from '@liveboard/contracts';

const CONFLATE_BYTES = 64 * 1024;
const HOLD_BYTES = 256 * 1024;
const CUT_BYTES = 1024 * 1024;
const WHOLE_EVERY_MS = 1_000;

/** What the outbox needs of a socket. */
export interface Wire {
  readonly bufferedAmount: number;
  send(text: string): void;
}

/** `cut`: more waits for the client than it may cost. */
export type Flushed = 'ok' | 'cut';

export interface Outbox {
  push(message: ServerMessage): void;
  /** A room's update, serialised already. */
  update(roomId: string, text: string): void;
  /** The room's client must take the whole state next. */
  lose(roomId: string): void;
  forget(roomId: string): void;
  /** Sends one frame at most. `behind`: the client's acknowledgements say that it is slow. `mute`: metrics must wait. */
  flush(now: number, options: { behind: boolean; mute: boolean }): Flushed;
  readonly isSlow: boolean;
  readonly sentAt: number;
}

/**
 * Collects what a client is to be told and sends it as one frame a tick. A client that falls behind is told less:
 * single updates give way to whole states, those to silence; what must not be lost (answers, revocations) is always sent.
 */
export const createOutbox = (wire: Wire, wholeText: (roomId: string) => string | undefined, start: number): Outbox => {
  let control: string[] = [];
  let updates = new Map<string, string[]>();
  const lost = new Set<string>();
  let slow = false;
  let sentAt = start;
  let wholeAt = 0;

  const loseAll = (): void => {
    for (const roomId of updates.keys()) lost.add(roomId);
    updates = new Map();
  };

  return {
    push: (message) => {
      control.push(JSON.stringify(message));
    },
    update: (roomId, text) => {
      if (lost.has(roomId)) return;
      const held = updates.get(roomId);
      if (held === undefined) updates.set(roomId, [text]);
      else held.push(text);
    },
    lose: (roomId) => {
      updates.delete(roomId);
      lost.add(roomId);
    },
    forget: (roomId) => {
      updates.delete(roomId);
      lost.delete(roomId);
    },
    flush: (now, { behind, mute }) => {
      const waiting = wire.bufferedAmount;
      if (waiting > CUT_BYTES) return 'cut';
      const isSlow = behind || waiting > CONFLATE_BYTES;
      if (isSlow !== slow) {
        slow = isSlow;
        control.push(JSON.stringify({ type: 'degraded', reason: 'slow', on: slow }));
      }
      if (slow || mute) loseAll();
      const parts = control;
      control = [];
      const maySend = !mute && waiting <= HOLD_BYTES;
      if (maySend && lost.size > 0 && (!slow || now - wholeAt >= WHOLE_EVERY_MS)) {
        wholeAt = now;
        for (const roomId of lost) {
          const text = wholeText(roomId);
          if (text !== undefined) parts.push(text);
        }
        lost.clear();
      }
      if (maySend && !slow) {
        for (const texts of updates.values()) for (const text of texts) parts.push(text);
        updates = new Map();
      }
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
