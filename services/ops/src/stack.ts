import { readFileSync } from 'node:fs';

/** What the tools need of a running stack's `stack.json`. */
export interface Stack {
  readonly namespace: string;
  readonly generation: number;
  readonly kafka_brokers: string;
  readonly redis_url: string;
}

/** @throws Error that says which file is not there or not a stack's. */
export const readStack = (file: string): Stack => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Stack;
  } catch {
    throw new Error(`${file} is not there or not a stack's; is the stack running?`);
  }
};
