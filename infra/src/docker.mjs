import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { Failure, report } from './report.mjs';

/** A container's name: the same for the same part of the same folder, so that the next start finds a leftover. */
export const containerName = (part, dir) =>
  `liveboard-${part}-${createHash('sha256').update(dir).digest('hex').slice(0, 10)}`;

/**
 * Arguments of `docker run` for a part: attached, so that it is watched and stopped as a native process is; removed when
 * it ends; its files, under the same path and with the caller's user, in the stack's folder; its port on the loopback.
 */
export const dockerRun = ({ name, image, dir, port, user, env = {}, command: [program, ...args] }) => [
  'run',
  '--rm',
  '--name',
  name,
  '--user',
  user,
  '--publish',
  `127.0.0.1:${port}:${port}`,
  '--mount',
  `type=bind,source=${dir},target=${dir}`,
  '--workdir',
  dir,
  ...Object.entries(env).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
  '--entrypoint',
  program,
  image,
  ...args,
];

/** Fetches an image where this machine does not have it. @throws Failure */
export const ensureImage = (image) => {
  if (spawnSync('docker', ['image', 'inspect', image], { stdio: 'ignore' }).status === 0) return;
  report(`Fetching the image ${image} ...`);
  if (spawnSync('docker', ['pull', '--quiet', image], { stdio: ['ignore', 'ignore', 'inherit'] }).status !== 0)
    throw new Failure(`The image ${image} could not be fetched; the reason stands above.`);
};

/** Removes a container, running or not; says nothing where there is none. */
export const removeContainer = (name) => {
  spawnSync('docker', ['rm', '--force', name], { stdio: 'ignore' });
};

/** The user whose files a container writes. */
export const ownUser = () => `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
