import { z } from 'zod';

const schema = z.object({
  /** Comma-separated `host:port`. */
  KAFKA_BROKERS: z
    .string()
    .min(1)
    .transform((list) => list.split(',').map((broker) => broker.trim())),
  /** Put before the topic, so that several stacks share a broker. */
  LIVEBOARD_NAMESPACE: z
    .string()
    .regex(/^([a-z][a-z0-9_]{0,20})?$/)
    .default(''),
  /** Port of `/readyz` and `/healthz`; none without it. */
  LIVEBOARD_HEALTH_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  /** The same seed makes the same rooms, given the same start. */
  LIVEBOARD_SIMULATOR_SEED: z.string().default('demo'),
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
});

/** What the simulator is told through its environment. */
export type SimulatorOptions = Readonly<z.infer<typeof schema>>;

/** Reads the options; throws an error that names each wrong one. */
export const readOptions = (env: Readonly<Record<string, string | undefined>>): SimulatorOptions => {
  const result = schema.safeParse(env);
  if (!result.success) throw new Error(`wrong environment:\n${z.prettifyError(result.error)}`);
  return Object.freeze(result.data);
};
