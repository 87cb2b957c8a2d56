import { TOPICS } from '@liveboard/contracts';
import type { KafkaProducer, OutMessage } from '@liveboard/kafka';
import type { Log } from '@liveboard/runtime';

/** What a partition writes to Kafka, so that a checkpoint can wait for it. */
export interface Outputs {
  send(topic: keyof typeof TOPICS, messages: readonly OutMessage[]): void;
  /** Resolves once everything sent before the call is acknowledged; rejects where any of it was lost. */
  settled(): Promise<void>;
}

/** `onLost`: Kafka did not take something. The process must start again from the last checkpoint, which is before it. */
export const createOutputs = (
  producer: KafkaProducer,
  namespace: string,
  log: Log,
  onLost: (why: string) => void,
): Outputs => {
  const waiting = new Set<Promise<void>>();
  let lost = false;
  return {
    send: (name, messages) => {
      if (messages.length === 0) return;
      const topic = namespace + TOPICS[name].name;
      const sent = producer.send(topic, messages).then(
        () => undefined,
        (error: unknown) => {
          lost = true;
          log.error({ err: error, topic }, 'output was not acknowledged');
          onLost(`records for ${topic} were not acknowledged`);
        },
      );
      waiting.add(sent);
      void sent.then(() => waiting.delete(sent));
    },
    settled: async () => {
      await Promise.all(waiting);
      if (lost) throw new Error('output before the checkpoint was lost');
    },
  };
};
