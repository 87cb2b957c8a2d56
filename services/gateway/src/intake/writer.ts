import { type KafkaProducer, type OutMessage, piecesOf } from '@liveboard/kafka';
import type { Log } from '@liveboard/runtime';
import { createBrokerClock } from './broker-clock.ts';
import type { IntakeEvent } from './judge.ts';

/** `away`: not everything was acknowledged in time, though some of it may be in the log: the batch may be sent again. */
export type Written = 'acknowledged' | 'away';

export interface EventWriter {
  /** Writes the events in their order, each under its room. Never rejects. */
  write(events: readonly IntakeEvent[]): Promise<Written>;
  /** A time that the broker's clock has reached, ms. */
  brokerNow(): number;
  close(): Promise<void>;
}

export interface EventWriterOptions {
  readonly producer: KafkaProducer;
  readonly topic: string;
  readonly log: Log;
  /** Wall clock, ms. */
  readonly now?: () => number;
  /** How long the acknowledgement of a batch is waited for, ms. */
  readonly answerMs?: number;
  /** What may wait for Kafka at once, bytes. */
  readonly backlogBytes?: number;
}

const ANSWER_MS = 10_000;
const BACKLOG_BYTES = 64 * 1_048_576;
const messageOf = ({ room_id, value: { buffer, byteOffset, length } }: IntakeEvent): OutMessage => ({
  key: room_id,
  value: Buffer.from(buffer as ArrayBuffer, byteOffset, length),
});

/**
 * Writes accepted batches to the log. Connects when the first one comes, since boards need nothing of Kafka. The client
 * below tries a broker that is away for about a minute: whoever waits is answered before, and what still waits is bounded.
 */
export const createEventWriter = (options: EventWriterOptions): EventWriter => {
  const { producer, topic, log, now = Date.now, answerMs = ANSWER_MS, backlogBytes = BACKLOG_BYTES } = options;
  const clock = createBrokerClock(now);
  let connected: Promise<void> | undefined;
  let backlog = 0;

  const connect = (): Promise<void> => {
    connected ??= producer.connect().catch((error: unknown) => {
      connected = undefined;
      throw error;
    });
    return connected;
  };

  return {
    write: async (events) => {
      const pieces = piecesOf(events.map(messageOf));
      const bytes = pieces.reduce((sum, piece) => sum + piece.bytes, 0);
      if (backlog + bytes > backlogBytes) return 'away';
      backlog += bytes;
      let isOver = false;
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<Written>((resolve) => {
        timer = setTimeout(() => {
          isOver = true;
          resolve('away');
        }, answerMs);
      });
      const send = async (): Promise<Written> => {
        try {
          await connect();
          for (const { messages } of pieces) {
            // Nobody waits any more: what is left comes again with the batch.
            if (isOver) return 'away';
            for (const { logAppendTime } of await producer.send(topic, messages)) clock.note(logAppendTime);
          }
          return 'acknowledged';
        } catch (error) {
          log.warn({ err: error instanceof Error ? error.message : error }, 'a batch of events was not acknowledged');
          return 'away';
        } finally {
          backlog -= bytes;
        }
      };
      try {
        return await Promise.race([send(), late]);
      } finally {
        clearTimeout(timer);
      }
    },
    brokerNow: clock.now,
    close: async () => {
      if (connected !== undefined) await producer.disconnect();
    },
  };
};
