import { TOPICS } from '@liveboard/contracts';
import { FETCH_BYTES, type KafkaProducer, type OutMessage } from '@liveboard/kafka';
import type { Log } from '@liveboard/runtime';

/** A send is one batch of each partition. One that is larger than a fetch waits for its turn to be read. */
export const SEND_BYTES = (FETCH_BYTES * 3) / 4;
const MESSAGE_OVERHEAD = 100;
/** Unacknowledged output beyond which reading waits. */
const WAITING_BYTES = 16 * 1_024 * 1_024;

/** What a partition writes to Kafka, so that a checkpoint can wait for it. */
export interface Outputs {
  send(topic: keyof typeof TOPICS, messages: readonly OutMessage[]): void;
  /** Resolves once everything sent before the call is acknowledged; rejects where any of it was lost. */
  settled(): Promise<void>;
  /** Resolves while little is unacknowledged, else once it is. */
  room(): Promise<void>;
}

const sizeOf = ({ key, value }: OutMessage): number => (key?.length ?? 0) + (value?.length ?? 0) + MESSAGE_OVERHEAD;

/** Cuts a list into pieces of at most `SEND_BYTES`; a message longer than that is a piece of its own. */
export const piecesOf = (messages: readonly OutMessage[]): { messages: OutMessage[]; bytes: number }[] => {
  const pieces: { messages: OutMessage[]; bytes: number }[] = [];
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

/** `onLost`: Kafka did not take something. The process must start again from the last checkpoint, which is before it. */
export const createOutputs = (
  producer: KafkaProducer,
  namespace: string,
  log: Log,
  onLost: (why: string) => void,
): Outputs => {
  const waiting = new Set<Promise<void>>();
  let waitingBytes = 0;
  let lost = false;

  const sendPiece = (topic: string, { messages, bytes }: ReturnType<typeof piecesOf>[number]): void => {
    waitingBytes += bytes;
    const sent = producer.send(topic, messages).then(
      () => undefined,
      (error: unknown) => {
        lost = true;
        log.error({ err: error, topic }, 'output was not acknowledged');
        onLost(`records for ${topic} were not acknowledged`);
      },
    );
    waiting.add(sent);
    void sent.then(() => {
      waiting.delete(sent);
      waitingBytes -= bytes;
    });
  };

  return {
    send: (name, messages) => {
      for (const piece of piecesOf(messages)) sendPiece(namespace + TOPICS[name].name, piece);
    },
    settled: async () => {
      await Promise.all(waiting);
      if (lost) throw new Error('output before the checkpoint was lost');
    },
    room: async () => {
      while (waitingBytes > WAITING_BYTES && !lost) await Promise.race(waiting);
    },
  };
};
