import type { CloseName, ErrorCode } from '@liveboard/contracts';
import type { SlotAnswer } from './slots.ts';

/** How a client's frame was served. `close`: the connection ends. */
export type Answer =
  | { readonly kind: 'ok' }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly details?: unknown }
  | { readonly kind: 'close'; readonly name: CloseName };

export const OK: Answer = { kind: 'ok' };
export const refused = (code: ErrorCode, details?: unknown): Answer => ({ kind: 'refused', code, details });

/** What the lease said, as the client is told. */
export const slotAnswer = (answer: SlotAnswer): Answer => {
  switch (answer.kind) {
    case 'ok':
      return OK;
    case 'limit':
      return refused('ROOM_LIMIT', { held: answer.held });
    case 'not_held':
      return refused('NOT_SUBSCRIBED');
    case 'later':
      return refused('UNAVAILABLE', { retry_in_ms: answer.retryMs });
    case 'stolen':
      return { kind: 'close', name: 'SESSION_REPLACED' };
  }
};
