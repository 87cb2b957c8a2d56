import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { containerName, dockerRun, ensureImage, ownUser } from './docker.mjs';

/**
 * Arguments of `redis-server`: an append-only file, in the foreground, only for the loopback. In a container the port
 * is published on the host's loopback alone, and what comes through it is not from the container's own.
 */
export const redisArguments = ({ dir, port, inContainer = false }) => {
  const settings = {
    port,
    bind: inContainer ? '0.0.0.0' : '127.0.0.1',
    'protected-mode': inContainer ? 'no' : 'yes',
    dir,
    save: '',
    appendonly: 'yes',
    appendfsync: 'everysec',
    daemonize: 'no',
  };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
};

/** How to run a Redis of one's own; makes its folder. */
export const prepareRedis = ({ dir, port, image }) => {
  mkdirSync(dir, { recursive: true });
  if (image === undefined) return { command: 'redis-server', args: redisArguments({ dir, port }) };
  ensureImage(image);
  const name = containerName('redis', dir);
  const command = ['redis-server', ...redisArguments({ dir, port, inContainer: true })];
  return { command: 'docker', container: name, args: dockerRun({ name, image, dir, port, user: ownUser(), command }) };
};

/** Whether Redis serves: it accepts connections before it has read its file, and says so until then. */
export const redisServes = (port) =>
  new Promise((done) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const end = (serves) => {
      socket.destroy();
      done(serves);
    };
    socket.setTimeout(1_000, () => end(false));
    socket.once('error', () => end(false));
    socket.once('close', () => done(false));
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (answer) => end(answer.toString().startsWith('+PONG')));
  });
