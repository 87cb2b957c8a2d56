import type { z } from 'zod';
import { Refusal } from '../problem.ts';

/** Parses input. @throws Refusal naming each field and its rule. */
export const parse = <T>(schema: z.ZodType<T>, input: unknown): T => {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const errors = result.error.issues.map(({ path, message }) => ({ reason: message, path: path.join('.') }));
  const detail = errors.map(({ path, reason }) => (path === '' ? reason : `${path}: ${reason}`)).join('; ');
  throw new Refusal('INVALID_REQUEST', detail, { errors });
};
