import { z } from 'zod';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Fields that several services take. Each service picks its own; nobody reads the environment elsewhere. */
export const FIELDS = {
  /** Comma-separated `host:port`. */
  KAFKA_BROKERS: z
    .string()
    .min(1)
    .transform((list) => list.split(',').map((broker) => broker.trim())),
  /** `redis://host:port`, with `rediss:` over TLS. */
  REDIS_URL: z.string().regex(/^rediss?:\/\//),
  /** `http://user:password@host:port`, with `https:` over TLS. */
  CLICKHOUSE_URL: z.string().regex(/^https?:\/\//),
  /** Put before every topic, group and key, so that stacks share servers. */
  LIVEBOARD_NAMESPACE: z
    .string()
    .regex(/^([a-z][a-z0-9_]{0,20})?$/)
    .default(''),
  /** Names one life of the log; raised when the topic is made anew. */
  LIVEBOARD_LOG_GENERATION: z.coerce.number().int().min(1).max(32_767).default(1),
  /** Partitions of `live.events`; fixed for a generation. */
  LIVEBOARD_PARTITIONS: z.coerce.number().int().min(1).max(1_024).default(8),
  /** Loopback port of `/healthz`, `/readyz` and `/metrics`; none without it. */
  LIVEBOARD_HEALTH_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  /** Structured lines on standard output from this level on. */
  LIVEBOARD_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
} as const;

/**
 * Reads a service's settings once. Unknown `LIVEBOARD_*` names are refused, because a misspelt setting is otherwise
 * silently the default. @throws Error naming each wrong variable and its rule.
 */
export const readConfig = <Shape extends z.ZodRawShape>(
  shape: Shape,
  env: Environment,
): Readonly<z.infer<z.ZodObject<Shape>>> => {
  const unknown = Object.keys(env).filter((name) => name.startsWith('LIVEBOARD_') && !(name in shape));
  if (unknown.length > 0) throw new Error(`unknown settings: ${unknown.join(', ')}`);
  const result = z.object(shape).safeParse(env);
  if (!result.success) throw new Error(`wrong settings:\n${z.prettifyError(result.error)}`);
  return Object.freeze(result.data);
};
