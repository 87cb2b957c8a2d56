import { type Ledger, type LiveEvent, minuteOf, partitionOf, type QuarantineReason } from '@liveboard/contracts';
import { admit, detailOf } from './admission.ts';
import { CHECKPOINT_FORMAT, checkHeading, type Heading, packValue, unpackValues } from './checkpoint.ts';
import { createGate, type Gate, isKnown, isLate, moveTime, remember } from './gate.ts';
import { HASH, hashString } from './hash.ts';
import { createLedger } from './ledger.ts';
import { hashRoom } from './room.ts';
import type { LogRecord, PartitionOptions } from './types.ts';

/** What a record is to the log's readers, without its effect on any window. */
export type Verdict =
  | { readonly kind: 'counted' | 'duplicate' | 'late'; readonly event: LiveEvent }
  | { readonly kind: 'ignored'; readonly room_id: string; readonly ts: number }
  | { readonly kind: 'tick' | 'forwarded' }
  | { readonly kind: 'quarantined'; readonly reason: QuarantineReason; readonly detail: string };

/** Judges a partition's records as its windows do: a pure function of the records in offset order. */
export interface Verdicts {
  /** Offset of the last judged record; -1 before the first. */
  readonly applied: number;
  readonly streamTime: number | undefined;
  readonly ledger: Readonly<Ledger>;
  /** Judges the next record. Offsets must rise. Never throws on any bytes. */
  judge(record: LogRecord): Verdict;
  /** Goes on at `offset` although records before it were lost. */
  skipTo(offset: number): void;
  /** The checkpoint's bytes, in pieces; nothing may be judged between the first piece and the last. */
  encode(): Iterable<Uint8Array>;
}

interface State extends Heading {
  applied: number;
  readonly ledger: Ledger;
  readonly gate: Gate;
}

const build = (state: State): Verdicts => {
  const { gate, ledger } = state;

  const judgeEvent = (event: LiveEvent, append: number): Verdict => {
    if (partitionOf(event.room_id, state.partitions) !== state.partition) {
      ledger.forwarded++;
      return { kind: 'forwarded' };
    }
    if (isLate(gate, event.ts)) {
      ledger.late++;
      return { kind: 'late', event };
    }
    hashRoom(event.room_id);
    hashString(event.id, HASH[0] as number, HASH[1] as number, HASH[2] as number, HASH[3] as number);
    if (isKnown(gate)) {
      ledger.duplicate++;
      return { kind: 'duplicate', event };
    }
    remember(gate, minuteOf(event.ts));
    moveTime(gate, event.ts, append);
    ledger.counted++;
    return { kind: 'counted', event };
  };

  return {
    get applied() {
      return state.applied;
    },
    get streamTime() {
      return gate.streamTime;
    },
    ledger,
    judge: ({ offset, append, value }) => {
      ledger.in++;
      state.applied = offset;
      const admitted = admit(value, append);
      switch (admitted.kind) {
        case 'refused':
          ledger.quarantined++;
          return { kind: 'quarantined', reason: admitted.reason, detail: detailOf(admitted) };
        case 'extension':
          ledger.ignored++;
          return { kind: 'ignored', room_id: admitted.room_id, ts: admitted.ts };
        case 'tick':
          moveTime(gate, admitted.tick.ts, append);
          ledger.ticks++;
          return { kind: 'tick' };
        case 'event':
          return judgeEvent(admitted.event, append);
      }
    },
    skipTo: (offset) => {
      state.applied = offset - 1;
    },
    *encode() {
      yield packValue(state);
    },
  };
};

/** Verdicts before the first record of a partition. Pure: no clock, no I/O. */
export const createVerdicts = ({ partition, partitions, generation }: PartitionOptions): Verdicts =>
  build({
    format: CHECKPOINT_FORMAT,
    kind: 'verdicts',
    partition,
    partitions,
    generation,
    applied: -1,
    ledger: createLedger(),
    gate: createGate(),
  });

/** Verdicts as their checkpoint has them. @throws Error where the bytes are not a checkpoint of this partition and form. */
export const restoreVerdicts = (options: PartitionOptions, bytes: Uint8Array): Verdicts => {
  const state = unpackValues(bytes).next().value as State | undefined;
  checkHeading(state, options, 'verdicts');
  return build(state as State);
};
