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

/** Answers with a problem document. `more.status` where another status than the code's fits better. */
export const sendProblem = (
  reply: FastifyReply,
  code: ErrorCode,
  detail: string,
  more: Partial<Problem> = {},
): FastifyReply => {
  const { status: usual, title } = ERRORS[code];
  const problem: Problem = { type: `urn:liveboard:error:${code}`, title, status: usual, code, detail, ...more };
  const { status } = problem;
  if ((status === 503 || status === 429) && !reply.hasHeader('retry-after')) reply.header('retry-after', '2');
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  return reply.code(status).header('content-type', 'application/problem+json').send(JSON.stringify(problem));
};
