import type { KafkaAdmin } from '@liveboard/kafka';
import { within } from './within.ts';

/** What the gateway asks about the log. Each question rejects where no answer comes in time. */
export interface LogReader extends Pick<KafkaAdmin, 'clusterId' | 'bounds' | 'committed'> {
  close(): Promise<void>;
}

const ANSWER_MS = 5_000;

/**
 * Connects when it is first asked, since boards need nothing of Kafka. The client below tries a broker that is away for
 * about a minute: longer than somebody who asks over HTTP waits.
 */
export const createLogReader = (admin: KafkaAdmin, answerMs = ANSWER_MS): LogReader => {
  let connected: Promise<void> | undefined;
  const connect = (): Promise<void> => {
    connected ??= admin.connect().catch((error: unknown) => {
      connected = undefined;
      throw error;
    });
    return connected;
  };
  const ask = <T>(question: () => Promise<T>): Promise<T> => within(answerMs, connect().then(question));
  return {
    clusterId: () => ask(() => admin.clusterId()),
    bounds: (topic) => ask(() => admin.bounds(topic)),
    committed: (group, topic) => ask(() => admin.committed(group, topic)),
    close: async () => {
      if (connected !== undefined) await admin.disconnect();
    },
  };
};
