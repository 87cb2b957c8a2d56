import { mkdirSync } from 'node:fs';
import { ensure } from './tools.mjs';

/** A Redis of one's own with an append-only file, bound to the loopback. */
export const prepareRedis = (dir, port) => {
  ensure({
    part: 'Redis',
    programs: [{ name: 'redis-server', package: 'redis-server' }],
    url: 'REDIS_URL',
    example: 'redis://127.0.0.1:6379',
  });
  mkdirSync(dir, { recursive: true });
  const settings = {
    port,
    bind: '127.0.0.1',
    dir,
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '',
    daemonize: 'no',
  };
  return {
    command: 'redis-server',
    args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
  };
};
