import { spawnSync } from 'node:child_process';
import { Failure, report } from './report.mjs';

/** Whether a program answers. */
export const has = (program, args = ['--version']) => spawnSync(program, args, { stdio: 'ignore' }).status === 0;

const isRoot = () => process.getuid?.() === 0;

let refreshed = false;
const apt = (args) =>
  spawnSync('apt-get', args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    // Debian starts a service when it installs one; ours run on ports and in folders of their own.
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
  }).status === 0;

/**
 * Makes sure of the programs of one part. As root on Debian it installs what is missing; otherwise it says, in one
 * message, every way out: the part's address in the environment, a native program, a container.
 * @param need {{ part: string, programs: { name: string, args?: string[], package: string }[], url: string, example: string }}
 */
export const ensure = ({ part, programs, url, example }) => {
  const missing = programs.filter(({ name, args }) => !has(name, args));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((each) => each.package))];
  if (isRoot() && has('apt-get')) {
    report(`${part}: installing ${packages.join(' ')} ...`);
    if (!refreshed) refreshed = apt(['update', '-qq']);
    if (apt(['install', '-y', '-qq', '--no-install-recommends', ...packages])) return;
  }
  throw new Failure(
    [
      `${part} is missing: ${missing.map(({ name }) => name).join(', ')} not found. Any one of these helps:`,
      `  install it     sudo apt-get update && sudo apt-get install -y ${packages.join(' ')}`,
      `  use your own   ${url}=${example} npm start`,
    ].join('\n'),
  );
};
