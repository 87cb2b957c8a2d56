import { readFileSync } from 'node:fs';

/** A running stack, as its `stack.json` says. */
export interface Stack {
  readonly namespace: string;
  readonly generation: number;
  readonly kafka_brokers: string;
  readonly redis_url: string;
  readonly clickhouse_url: string;
  readonly gateway_url: string;
  readonly processes: readonly { readonly name: string; readonly pid: number }[];
}

export const readStack = (file: string): Stack => JSON.parse(readFileSync(file, 'utf8')) as Stack;

/** The `stack.json` of the stack that the test command started. @throws Error where there is none. */
export const stackFile = (): string => {
  const file = process.env.LIVEBOARD_TEST_STACK;
  if (file === undefined) throw new Error('LIVEBOARD_TEST_STACK: must name the stack.json of a running stack');
  return file;
};

export const testStack = (): Stack => readStack(stackFile());
