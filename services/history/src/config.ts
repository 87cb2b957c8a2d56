import { FIELDS } from '@liveboard/runtime';
import { z } from 'zod';

/** History's settings, by the names they have in the environment. */
export const SETTINGS = {
  KAFKA_BROKERS: FIELDS.KAFKA_BROKERS,
  CLICKHOUSE_URL: FIELDS.CLICKHOUSE_URL,
  LIVEBOARD_NAMESPACE: FIELDS.LIVEBOARD_NAMESPACE,
  LIVEBOARD_LOG_GENERATION: FIELDS.LIVEBOARD_LOG_GENERATION,
  LIVEBOARD_PARTITIONS: FIELDS.LIVEBOARD_PARTITIONS,
  LIVEBOARD_HEALTH_PORT: FIELDS.LIVEBOARD_HEALTH_PORT,
  LIVEBOARD_LOG_LEVEL: FIELDS.LIVEBOARD_LOG_LEVEL,
  /** Records missing from the log: `halt` with exit code 78, or `skip` them: their rows will be missing too. */
  LIVEBOARD_HISTORY_ON_GAP: z.enum(['halt', 'skip']).default('halt'),
  /** Rows of a batch that ClickHouse cannot read and that are left out for good; where there are more, the batch waits for a person. */
  LIVEBOARD_HISTORY_SKIP_ROWS: z.coerce.number().int().min(0).max(1_000).default(0),
  /** What ClickHouse acknowledged less than this ago is read again after a restart, ms: its server may lose what it has not yet on disk. */
  LIVEBOARD_HISTORY_COMMIT_AGE_MS: z.coerce.number().int().min(0).default(300_000),
  /** The state of the verdicts is kept this often, ms. */
  LIVEBOARD_HISTORY_CHECKPOINT_MS: z.coerce.number().int().min(500).default(60_000),
} as const;
