import type { KafkaAdmin } from '@liveboard/kafka';

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
  const ask = async <T>(question: () => Promise<T>): Promise<T> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`Kafka did not answer within ${answerMs} ms`)), answerMs);
    });
    try {
      return await Promise.race([connect().then(question), late]);
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    clusterId: () => ask(() => admin.clusterId()),
    bounds: (topic) => ask(() => admin.bounds(topic)),
    committed: (group, topic) => ask(() => admin.committed(group, topic)),
    close: async () => {
      if (connected !== undefined) await admin.disconnect();
    },
  };
};
