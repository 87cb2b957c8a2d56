import type { Redis } from 'ioredis';

/** Sharded subscriptions of one process, one per channel. `onReady` runs after each (re)connection. */
export interface Subscriber {
  add(channel: string, take: (message: string) => void): Promise<void>;
  remove(channel: string): Promise<void>;
}

export const createSubscriber = (redis: Redis, onChange: (connected: boolean) => void): Subscriber => {
  const takers = new Map<string, (message: string) => void>();
  redis.on('smessage', (channel: string, message: string) => takers.get(channel)?.(message));
  redis.on('close', () => onChange(false));
  redis.on('ready', () => {
    // The library subscribes again by itself, but tells nobody when that is done: ask once more, then say so.
    const channels = [...takers.keys()];
    const again = channels.length === 0 ? Promise.resolve() : redis.ssubscribe(...channels);
    again.then(
      () => onChange(true),
      () => undefined,
    );
  });
  return {
    add: async (channel, take) => {
      takers.set(channel, take);
      await redis.ssubscribe(channel);
    },
    remove: async (channel) => {
      takers.delete(channel);
      await redis.sunsubscribe(channel).catch(() => undefined);
    },
  };
};
