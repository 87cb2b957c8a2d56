import { FIELDS } from '@liveboard/runtime';
import { z } from 'zod';

/** Ingest's settings, by the names they have in the environment. */
export const SETTINGS = {
  KAFKA_BROKERS: FIELDS.KAFKA_BROKERS,
  REDIS_URL: FIELDS.REDIS_URL,
  LIVEBOARD_NAMESPACE: FIELDS.LIVEBOARD_NAMESPACE,
  LIVEBOARD_LOG_GENERATION: FIELDS.LIVEBOARD_LOG_GENERATION,
  LIVEBOARD_PARTITIONS: FIELDS.LIVEBOARD_PARTITIONS,
  LIVEBOARD_HEALTH_PORT: FIELDS.LIVEBOARD_HEALTH_PORT,
  LIVEBOARD_LOG_LEVEL: FIELDS.LIVEBOARD_LOG_LEVEL,
  /** Off for logs whose event time is not now: their producer writes its own ticks. */
  LIVEBOARD_INGEST_TICKS: z.enum(['on', 'off']).default('on'),
  /** Records missing from the log: `halt` with exit code 78, or `skip` them and mark every open room `health.gap`. */
  LIVEBOARD_INGEST_ON_GAP: z.enum(['halt', 'skip']).default('halt'),
  /** Boards see a change this much later at most, ms. */
  LIVEBOARD_INGEST_FLUSH_MS: z.coerce.number().int().min(10).default(250),
  /** A crash costs reading this much of the log again, ms. */
  LIVEBOARD_INGEST_CHECKPOINT_MS: z.coerce.number().int().min(500).default(60_000),
} as const;

export type Settings = Readonly<z.infer<z.ZodObject<typeof SETTINGS>>>;
