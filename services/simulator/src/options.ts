import { FIELDS } from '@liveboard/runtime';
import { z } from 'zod';

/** The simulator's settings, by the names they have in the environment. */
export const SETTINGS = {
  KAFKA_BROKERS: FIELDS.KAFKA_BROKERS,
  LIVEBOARD_NAMESPACE: FIELDS.LIVEBOARD_NAMESPACE,
  LIVEBOARD_HEALTH_PORT: FIELDS.LIVEBOARD_HEALTH_PORT,
  LIVEBOARD_LOG_LEVEL: FIELDS.LIVEBOARD_LOG_LEVEL,
  /** The same seed makes the same rooms, given the same start. */
  LIVEBOARD_SIMULATOR_SEED: z.string().default('demo'),
  /** How many of the roster's rooms take part. */
  LIVEBOARD_SIMULATOR_ROOMS: z.coerce.number().int().min(1).max(14).default(14),
  /**
   * A past to begin with, so that boards have something to compare at once. Of it, only what lies after the log's last
   * record is sent: the rest would be late.
   */
  LIVEBOARD_SIMULATOR_BACKFILL_MINUTES: z.coerce.number().int().min(0).max(1_440).default(0),
  /** Partitions of the topic; needed for the backfill, whose ticks go to each of them. */
  LIVEBOARD_SIMULATOR_PARTITIONS: z.coerce.number().int().min(1).default(8),
  /** File that remembers when the rooms started, so that they go on after a restart; without it they start anew. */
  LIVEBOARD_SIMULATOR_STATE: z.string().optional(),
} as const;
