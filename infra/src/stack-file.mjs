import { readFileSync } from 'node:fs';
import { Failure } from './report.mjs';

/** What a running stack's `stack.json` says. @throws Failure where it is not there: the launcher writes it once all is ready. */
export const readStack = (file) => {
  try {
    const stack = JSON.parse(readFileSync(file, 'utf8'));
    if (stack.v === 1) return stack;
  } catch {
    // Not there, or not JSON: the message below says what to do.
  }
  throw new Failure(`--stack: ${file} is not there or not a stack's; is the stack running?`);
};

/** The stack's process of that name now; undefined while it is down. @throws Failure as `readStack` */
export const processOf = (file, name) => readStack(file).processes.find((each) => each.name === name);
