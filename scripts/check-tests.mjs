// Proves that every test file is run: each is matched by the globs of exactly one vitest project.
import { spawnSync } from 'node:child_process';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const ask = (command, ...args) => {
  const asked = spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (asked.status === 0) return asked.stdout;
  console.error(asked.error ?? asked.stderr);
  return process.exit(1);
};

const files = ask('git', 'ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate')
  .split('\n')
  .filter((file) => /\.(test|spec)\.[cm]?[jt]sx?$/.test(file));
const runs = new Map(files.map((file) => [file, 0]));
const listed = JSON.parse(ask('node_modules/.bin/vitest', 'list', '--filesOnly', '--json'));
for (const { file } of listed) runs.set(relative(root, file), (runs.get(relative(root, file)) ?? 0) + 1);

const wrong = [...runs].filter(([, times]) => times !== 1);
for (const [file, times] of wrong) console.error(`${file}: matched by ${times} vitest projects, must be by one`);
process.exit(wrong.length === 0 ? 0 : 1);
