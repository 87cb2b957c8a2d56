import type { OutMessage } from './producer.ts';

/** Of one partition. A broker gives a larger batch only to the partition that happens to be first in a fetch. */
export const FETCH_BYTES = 262_144;
/** A send is one batch of each partition, and should fit a fetch with what the format adds to it. */
const SEND_BYTES = (FETCH_BYTES * 3) / 4;
/** What a record needs beside its key and value, at most. */
const RECORD_BYTES = 100;

const sizeOf = ({ key, value }: OutMessage): number => (key?.length ?? 0) + (value?.length ?? 0) + RECORD_BYTES;

/** Messages of one send, and about how many bytes they are. */
export interface Piece {
  readonly messages: OutMessage[];
  bytes: number;
}

/** Cuts a list, in its order, into sends whose batches fit a fetch; a message that is larger alone is a piece of its own. */
export const piecesOf = (messages: readonly OutMessage[]): Piece[] => {
  const pieces: Piece[] = [];
  for (const message of messages) {
    const bytes = sizeOf(message);
    const last = pieces.at(-1);
    if (last === undefined || last.bytes + bytes > SEND_BYTES) pieces.push({ messages: [message], bytes });
    else {
      last.messages.push(message);
      last.bytes += bytes;
    }
  }
  return pieces;
};
