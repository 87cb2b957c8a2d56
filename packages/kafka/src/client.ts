import type { Log } from '@liveboard/runtime';
import kafkajs, { type Kafka } from 'kafkajs';
import { registerCodecs } from './codecs.ts';

export interface KafkaOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly log: Log;
}

let registered = false;

/** One kafkajs client; its own log lines become ours. Patient enough to outlive a broker's restart. */
export const createClient = ({ brokers, clientId, log }: KafkaOptions): Kafka => {
  if (!registered) registerCodecs();
  registered = true;
  const { Kafka, logLevel } = kafkajs;
  return new Kafka({
    clientId,
    brokers: [...brokers],
    connectionTimeout: 3_000,
    requestTimeout: 15_000,
    retry: { initialRetryTime: 200, maxRetryTime: 2_000, retries: 30 },
    logLevel: logLevel.WARN,
    logCreator:
      () =>
      ({ level, log: { message, ...fields } }) => {
        const { timestamp, logger, ...rest } = fields;
        log[level <= logLevel.ERROR ? 'error' : 'warn']({ kafka: rest }, message);
      },
  });
};
