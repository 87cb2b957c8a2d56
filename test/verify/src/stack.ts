import { readFileSync } from 'node:fs';

/** What a run needs of a running stack's `stack.json`. */
export interface Stack {
  readonly namespace: string;
  readonly generation: number;
  readonly kafka_brokers: string;
  readonly redis_url: string;
  readonly processes: readonly { readonly name: string; readonly pid: number; readonly started: number }[];
}

/** @throws Error where the file is not there (the launcher removes it while the stack is not ready). */
export const readStack = (file: string): Stack => JSON.parse(readFileSync(file, 'utf8')) as Stack;

/** The process of that name now; undefined while it is down. */
export const processOf = (file: string, name: string): { readonly pid: number; readonly started: number } | undefined =>
  readStack(file).processes.find((each) => each.name === name);
