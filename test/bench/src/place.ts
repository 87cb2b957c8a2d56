import { fileURLToPath } from 'node:url';
import { GROUPS } from '@liveboard/contracts';
import { createKafkaAdmin, type KafkaOptions } from '@liveboard/kafka';
import { connectRedis } from '@liveboard/live-store';

/** The project's folder. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Servers, and the names on them that a bench has for itself. */
export interface Place {
  readonly kafka: KafkaOptions;
  readonly redisUrl: string;
  readonly namespace: string;
  readonly partitions: number;
}

/** Makes the log one that no worker has read: without commits of ingest's group, and with nothing of it in Redis. */
export const forgetReading = async ({ kafka, redisUrl, namespace }: Place): Promise<void> => {
  const admin = createKafkaAdmin(kafka);
  await admin.connect();
  await admin.forgetGroup(namespace + GROUPS.ingest);
  await admin.disconnect();
  const redis = connectRedis(redisUrl, kafka.log);
  const names = await redis.keys(`${namespace}lb1:*`);
  if (names.length > 0) await redis.unlink(...names);
  redis.disconnect();
};

/** The environment of a worker in that place, without settings of this process' own. */
export const ingestEnv = ({ kafka, redisUrl, namespace, partitions }: Place): Record<string, string | undefined> => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('LIVEBOARD_'))),
  KAFKA_BROKERS: kafka.brokers.join(','),
  REDIS_URL: redisUrl,
  LIVEBOARD_NAMESPACE: namespace,
  LIVEBOARD_PARTITIONS: String(partitions),
  LIVEBOARD_INGEST_TICKS: 'off',
});
