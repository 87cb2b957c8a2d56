// `npm run verify`: an adversarial log through a stack of its own, then every cell compared with a recount.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseOptions } from '../infra/src/options.mjs';
import { Failure, report } from '../infra/src/report.mjs';
import { startStack } from '../infra/src/stack.mjs';
import { build, install } from '../infra/src/workspace.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'live-board-'));
let stack;
let code = 1;

const finish = async () => {
  await stack?.stop();
  rmSync(dir, { recursive: true, force: true });
  process.exit(code);
};

try {
  install(root);
  await build(root);
  const args = ['--dir', join(dir, 'stack'), '--no-simulator', '--ticks', 'off'];
  // Short, so that restarts begin in the middle of what was read.
  process.env.LIVEBOARD_INGEST_CHECKPOINT_MS ??= '3000';
  stack = await startStack(root, parseOptions(args, root));
  report('Verifying');
  const main = ['--enable-source-maps', 'test/verify/dist/main.js', '--stack', stack.stackFile];
  const child = spawn(process.execPath, [...main, ...process.argv.slice(2)], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // The last line is the result's: it is said again after the stack's own lines.
  let last = '';
  child.stdout.on('data', (chunk) => {
    process.stdout.write(chunk);
    last = `${last}${chunk}`.trimEnd().split('\n').at(-1);
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  code = (await new Promise((done) => child.once('exit', done))) ?? 1;
  await stack.stop();
  stack = undefined;
  if (last.startsWith('verify:')) console.log(last);
} catch (error) {
  console.error(error instanceof Failure ? error.message : error);
}
await finish();
