import { readStack, type Stack } from '@liveboard/infra/stack-file';

export type { Stack };

/** The `stack.json` of the stack that the test command started. @throws Error where there is none. */
export const stackFile = (): string => {
  const file = process.env.LIVEBOARD_TEST_STACK;
  if (file === undefined) throw new Error('LIVEBOARD_TEST_STACK: must name the stack.json of a running stack');
  return file;
};

export const testStack = (): Stack => readStack(stackFile());
