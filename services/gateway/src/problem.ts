import { ERRORS, type ErrorCode, type Problem } from '@liveboard/contracts';
import type { FastifyReply } from 'fastify';

/** A refusal that the error handler turns into a problem document. */
export class Refusal extends Error {
  readonly code: ErrorCode;
  readonly more: Partial<Problem>;
  constructor(code: ErrorCode, detail: string, more: Partial<Problem> = {}) {
    super(detail);
    this.code = code;
    this.more = more;
  }
}

export const sendProblem = (
  reply: FastifyReply,
  code: ErrorCode,
  detail: string,
  more: Partial<Problem> = {},
): FastifyReply => {
  const { status, title } = ERRORS[code];
  const problem: Problem = { type: `urn:liveboard:error:${code}`, title, status, code, detail, ...more };
  if (status === 503) reply.header('retry-after', '2');
  return reply.code(status).header('content-type', 'application/problem+json').send(JSON.stringify(problem));
};
