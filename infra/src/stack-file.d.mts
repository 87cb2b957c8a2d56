export interface StackProcess {
  readonly name: string;
  readonly pid: number;
  /** ms since 1970 UTC. */
  readonly started: number;
}

/** A running stack, as its `stack.json` says. */
export interface Stack {
  readonly v: 1;
  readonly namespace: string;
  readonly generation: number;
  readonly kafka_brokers: string;
  readonly redis_url: string;
  readonly clickhouse_url: string;
  readonly clickhouse_database: string;
  readonly gateway_url: string;
  readonly processes: readonly StackProcess[];
}

/** What a running stack's `stack.json` says. @throws Error where it is not there: the launcher writes it once all is ready. */
export const readStack: (file: string) => Stack;
/** The stack's process of that name now; undefined while it is down. @throws Error as `readStack` */
export const processOf: (file: string, name: string) => StackProcess | undefined;
