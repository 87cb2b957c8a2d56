import type { Log } from '@liveboard/runtime';
import { Redis } from 'ioredis';

/** A connection that reconnects for ever, fails a command after 5 s, and never sends one twice on its own. */
export const connectRedis = (url: string, log: Log): Redis => {
  const redis = new Redis(url, {
    commandTimeout: 5_000,
    maxRetriesPerRequest: 1,
    autoResendUnfulfilledCommands: false,
    enableOfflineQueue: true,
    retryStrategy: (times) => Math.min(100 * times, 1_000),
  });
  redis.on('error', (error: Error) => log.warn({ err: error.message }, 'redis'));
  return redis;
};
export type { Redis };

/** Whether a command failed because Redis did not answer. */
export const isRedisAway = (error: unknown): boolean =>
  error instanceof Error &&
  (error.name === 'MaxRetriesPerRequestError' ||
    /^Command timed out|^Connection is closed|^(?:connect )?E(?:CONN|PIPE|HOST|NET)/.test(error.message));
