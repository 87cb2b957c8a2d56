import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { IntakeReason, QuarantineReason } from '@liveboard/contracts';
import { admit } from '@liveboard/windows';

/** An event that the log may have. */
export interface IntakeEvent {
  /** Its place in the batch. */
  readonly index: number;
  readonly room_id: string;
  /** Of a `room.started`. */
  readonly account_id?: string;
  /** As it was sent. */
  readonly value: Uint8Array;
}
/** Which event is refused, why, at which field (empty: the whole value) and by which rule. */
export interface EventError {
  readonly index: number;
  readonly reason: QuarantineReason | IntakeReason;
  readonly path: string;
  readonly rule: string;
}

export interface Judged {
  readonly events: readonly IntakeEvent[];
  readonly errors: readonly EventError[];
}

/** So many errors are named; the events behind the last one are not looked at. */
export const MAX_ERRORS = 100;
/** Feeds are served between two slices: about a millisecond. */
const SLICE_BYTES = 65_536;

/** Of a type that the log has from us alone. */
const ours = (index: number, rule: string): EventError => ({ index, reason: 'not_allowed', path: 'type', rule });

const judgeOne = (value: Uint8Array, index: number, append: number): IntakeEvent | EventError => {
  const judged = admit(value, append);
  switch (judged.kind) {
    case 'refused':
      return { index, reason: judged.reason, path: judged.path, rule: judged.rule };
    case 'tick':
      return ours(index, 'clock.tick is written by ingest');
    case 'extension':
      return { index, room_id: judged.room_id, value };
    case 'event': {
      const { event } = judged;
      if (event.type === 'room.rules') return ours(index, 'room.rules is written by the gateway');
      const account = event.type === 'room.started' ? { account_id: event.account_id } : {};
      return { index, room_id: event.room_id, ...account, value };
    }
  }
};

/**
 * Judges a batch by the rules by which ingest judges the log, on the same bytes: what passes here is not refused there.
 * `appendAt`: a time that the broker's clock has reached, ms.
 */
export const judge = async (values: readonly Uint8Array[], appendAt: number): Promise<Judged> => {
  const events: IntakeEvent[] = [];
  const errors: EventError[] = [];
  let bytes = 0;
  for (const [index, value] of values.entries()) {
    const judged = judgeOne(value, index, appendAt);
    if ('reason' in judged) errors.push(judged);
    else events.push(judged);
    if (errors.length === MAX_ERRORS) break;
    bytes += value.length;
    if (bytes >= SLICE_BYTES) {
      bytes = 0;
      await yieldToOthers();
    }
  }
  return { events, errors };
};
