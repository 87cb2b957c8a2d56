// `npm run dump`, `replay`, `audit`, `forget`, `quarantine`, `directory`: the operator's tools, built when needed.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { build, install } from '../infra/src/workspace.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
try {
  install(root);
  await build(root);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
const args = ['--enable-source-maps', 'services/ops/dist/main.js', ...process.argv.slice(2)];
const done = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
process.exit(done.status ?? 1);
