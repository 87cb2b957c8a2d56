import type { Redis } from 'ioredis';

/** Sharded subscriptions of one process, one per channel. */
export interface Subscriber {
  /** Resolves once messages arrive. */
  add(channel: string, take: (message: string) => void): Promise<void>;
  remove(channel: string): Promise<void>;
}

/** `onChange` is told when the connection is gone, and when it and every subscription are there (again). */
export const createSubscriber = (redis: Redis, onChange: (connected: boolean) => void): Subscriber => {
  const takers = new Map<string, (message: string) => void>();
  redis.on('smessage', (channel: string, message: string) => takers.get(channel)?.(message));
  redis.on('close', () => onChange(false));
  redis.on('ready', () => {
    // The library subscribes again by itself, but tells nobody when that is done: ask once more, then say so.
    // One by one, since the channels of a cluster lie on different nodes.
    Promise.all([...takers.keys()].map((channel) => redis.ssubscribe(channel))).then(
      () => onChange(true),
      // A connection that cannot subscribe is of no use: another one is made.
      () => redis.disconnect(true),
    );
  });
  return {
    add: async (channel, take) => {
      takers.set(channel, take);
      try {
        await redis.ssubscribe(channel);
      } catch (error) {
        if (takers.get(channel) === take) takers.delete(channel);
        throw error;
      }
    },
    remove: async (channel) => {
      takers.delete(channel);
      await redis.sunsubscribe(channel).catch(() => undefined);
    },
  };
};
