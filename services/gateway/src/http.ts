import fastifyCompress from '@fastify/compress';
import fastifyEtag from '@fastify/etag';
import fastifyRateLimit from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';
import { Refusal } from './problem.ts';

export interface HttpOptions {
  /** Requests to `/v1/` a minute from one address. */
  readonly requestsPerMinute: number;
}

/** Smaller answers are not worth it, bytes. */
const WORTH_GZIP = 1_024;
const LIMITED = '/v1/';
/** The feed has limits of its own, counted before the upgrade. */
const FEED = '/v1/live';

/** What all answers have in common: a limit for each address, tags by which an unchanged answer is not sent again, gzip. */
export const registerHttp = async (app: FastifyInstance, { requestsPerMinute }: HttpOptions): Promise<void> => {
  await app.register(fastifyRateLimit, {
    max: requestsPerMinute,
    timeWindow: 60_000,
    // Addresses remembered at once; of more, the one that asked longest ago is forgotten.
    cache: 10_000,
    allowList: ({ url }) => !url.startsWith(LIMITED) || url.startsWith(FEED),
    errorResponseBuilder: (_, { max, after }) =>
      new Refusal('RATE_LIMITED', `at most ${max} requests a minute from one address; again in ${after}`),
  });
  // Weak: the same answer is sent plain and compressed.
  await app.register(fastifyEtag, { weak: true });
  // Bodies that come in compressed are the intake's affair, which bounds what they grow to.
  await app.register(fastifyCompress, { threshold: WORTH_GZIP, encodings: ['gzip'], globalDecompression: false });
};
