import type { ClientMessage, ErrorCode, ServerMessage } from '@liveboard/contracts';
import type { Outcome } from './types.ts';

export const DISCONNECTED: Outcome = { ok: false, code: 'DISCONNECTED', message: 'The connection was lost' };
export const OK: Outcome = { ok: true };

const refusal = (code: ErrorCode, message: string, details: unknown): Outcome & { ok: false } => {
  const { held, retry_in_ms } = (details ?? {}) as { held?: readonly string[]; retry_in_ms?: number };
  return {
    ok: false,
    code,
    message,
    ...(held === undefined ? {} : { held }),
    ...(retry_in_ms === undefined ? {} : { retryMs: retry_in_ms }),
  };
};

/** Frames that wait for an answer. */
export interface Requests {
  /** Sends with a reference; the answer is the first message that carries it, or the connection's end. */
  ask(message: ClientMessage, answer: (outcome: Outcome) => void): void;
  take(message: ServerMessage): void;
  /** The connection is gone: nothing will be answered any more. */
  lose(): void;
}

export const createRequests = (send: (message: ClientMessage) => void): Requests => {
  const asked = new Map<string, (outcome: Outcome) => void>();
  let counter = 0;
  return {
    ask: (message, answer) => {
      const ref = String(++counter);
      asked.set(ref, answer);
      send({ ...message, ref });
    },
    take: (message) => {
      if (!('ref' in message) || message.ref === undefined) return;
      const answer = asked.get(message.ref);
      asked.delete(message.ref);
      answer?.(message.type === 'error' ? refusal(message.code, message.message, message.details) : OK);
    },
    lose: () => {
      const unanswered = [...asked.values()];
      asked.clear();
      for (const answer of unanswered) answer(DISCONNECTED);
    },
  };
};
