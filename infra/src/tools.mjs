import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { Failure, report } from './report.mjs';

/** A program that a part needs: `least` is the oldest major version, read from what it prints by `version`. */
export const PROGRAMS = {
  java: { args: ['-version'], version: /version "(\d+)/, least: 17, package: 'default-jre-headless' },
  mvn: { args: ['-v'], package: 'maven' },
  'redis-server': { args: ['--version'], version: /v=(\d+)/, least: 7, package: 'redis-server' },
  // Debian has a package only of 2018.
  clickhouse: { args: ['--version'], version: /version (\d+)/, least: 25 },
};

/** Why a program cannot be used; undefined where it can. */
export const missing = (name) => {
  const { args, version, least } = PROGRAMS[name];
  const asked = spawnSync(name, args, { encoding: 'utf8' });
  if (asked.status !== 0) return `${name} not found`;
  const major = version === undefined ? undefined : version.exec(asked.stdout + asked.stderr)?.[1];
  return major !== undefined && Number(major) < least ? `${name} ${major} is older than ${least}` : undefined;
};

const answers = (program, args) => spawnSync(program, args, { stdio: 'ignore' }).status === 0;

/** `engine`: containers can be run; `client`: only the command is there. */
export const dockerState = () => {
  if (answers('docker', ['info'])) return 'engine';
  return answers('docker', ['--version']) ? 'client' : 'none';
};

/** Whether packages may be installed here: root on a Debian. */
export const mayInstall = () => process.getuid?.() === 0 && answers('apt-get', ['--version']);

// Debian starts a service when it installs one; ours run on ports and in folders of their own. This is the script that
// its packages ask first; one that is there already is somebody's decision and stays.
const POLICY = '/usr/sbin/policy-rc.d';

const apt = (...args) =>
  spawnSync('apt-get', args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }).status === 0;

let refreshed = false;

/** Installs packages through apt; false where it could not. No service is started by it. */
export const aptInstall = (packages) => {
  report(`Installing ${packages.join(' ')} through apt ...`);
  if (!refreshed) refreshed = apt('update', '-qq');
  const isOurs = !existsSync(POLICY);
  if (isOurs) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return apt('install', '-y', '-qq', '--no-install-recommends', ...packages);
  } finally {
    if (isOurs) rmSync(POLICY, { force: true });
  }
};

/** The line that a person without our means types to install packages. */
export const aptLine = (packages) =>
  `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`;

const CHROMIUMS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The browser of the tests: `CHROMIUM` in the environment, else Debian's. @throws Failure that says how to get one. */
export const ensureChromium = () => {
  const find = () => process.env.CHROMIUM ?? CHROMIUMS.find((path) => existsSync(path));
  if (find() === undefined && mayInstall()) aptInstall(['chromium']);
  const found = find();
  if (found !== undefined && existsSync(found)) return found;
  throw new Failure(
    [
      `The browser tests need Chromium${found === undefined ? '' : `; there is none at ${found} (CHROMIUM)`}. Any one of these helps:`,
      `  install it     ${aptLine(['chromium'])}`,
      '  use your own   CHROMIUM=/path/to/chrome npm test',
    ].join('\n'),
  );
};
