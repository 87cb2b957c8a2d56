import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, report } from './report.mjs';

const digest = (...files) => {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest('hex');
};

const isStamped = (file, value) => existsSync(file) && readFileSync(file, 'utf8') === value;

/** Installs the workspace where it differs from its lock file; works without a network once all is cached. */
export const install = (root) => {
  const stamp = join(root, 'node_modules/.live-board');
  const want = digest(join(root, 'pnpm-lock.yaml'), join(root, 'package.json'));
  if (isStamped(stamp, want)) return;
  report('Installing the workspace ...');
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const args = ['-y', '--prefer-offline', packageManager, 'install', '--frozen-lockfile', '--prefer-offline'];
  const done = spawnSync('npx', args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (done.status !== 0)
    throw new Failure(
      'The install failed; its reason stands above. It needs the npm registry once, or a filled cache.',
    );
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  writeFileSync(stamp, want);
};

/** Bundles a TypeScript entry to one file that Node runs; libraries included. */
export const bundle = async (entry, outfile) => {
  const { build } = await import('esbuild');
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: true,
    logLevel: 'error',
    // Loads a library of its own beside it.
    external: ['chdb'],
    loader: { '.lua': 'text', '.sql': 'text' },
    // Libraries of the older module form ask for `require`, which a module does not have. Under a name that no source has.
    banner: {
      js: "import { createRequire as bundleRequire } from 'node:module'; const require = bundleRequire(import.meta.url);",
    },
  });
};

/** Bundles everything that has a `main.ts` to `dist/main.js`. */
export const build = async (root) => {
  const folders = ['services', 'test', 'infra'].flatMap((kind) =>
    readdirSync(join(root, kind)).map((name) => join(root, kind, name)),
  );
  const mains = folders.filter((folder) => existsSync(join(folder, 'src/main.ts')));
  await Promise.all(mains.map((folder) => bundle(join(folder, 'src/main.ts'), join(folder, 'dist/main.js'))));
};

const newest = (path) => {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
};

/** Builds the board's pages where a source is newer than what was built. */
export const buildBoard = (root) => {
  const board = join(root, 'services/board');
  const built = join(board, 'dist/index.html');
  if (!existsSync(join(board, 'index.html'))) return;
  const sources = ['services/board/src', 'services/board/index.html', 'packages/client/src', 'packages/contracts/src'];
  const last = Math.max(
    ...sources
      .map((path) => join(root, path))
      .filter(existsSync)
      .map(newest),
  );
  if (existsSync(built) && statSync(built).mtimeMs > last) return;
  report('Building the board ...');
  const done = spawnSync(join(board, 'node_modules/.bin/vite'), ['build', '--logLevel', 'warn'], {
    cwd: board,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (done.status !== 0) throw new Failure('The board could not be built; the reason stands above.');
};
