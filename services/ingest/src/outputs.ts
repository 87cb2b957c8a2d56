import { TOPICS } from '@liveboard/contracts';
import { type KafkaProducer, type OutMessage, type Piece, piecesOf } from '@liveboard/kafka';
import type { Log } from '@liveboard/runtime';

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

  const sendPiece = (topic: string, { messages, bytes }: Piece): void => {
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
