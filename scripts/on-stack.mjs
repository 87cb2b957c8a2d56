// `npm run verify`, `bench` and `test:faults`: a program of test/ against a stack of its own, without simulated rooms and ticks.
// The program's last line is said again after the stack's own ones.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onLeave } from '../infra/src/leave.mjs';
import { parseOptions } from '../infra/src/options.mjs';
import { Failure, report } from '../infra/src/report.mjs';
import { createStack } from '../infra/src/stack.mjs';
import { build, install } from '../infra/src/workspace.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const [name, ...args] = process.argv.slice(2);
/** More than any last line. */
const LAST_BYTES = 4_096;
const dir = mkdtempSync(join(tmpdir(), 'live-board-'));
let stack;
let child;
let leaving;

/** Whoever asks first starts it; all wait for its end. */
const leave = () => {
  leaving ??= (async () => {
    child?.kill();
    await stack?.stop();
    rmSync(dir, { recursive: true, force: true });
  })();
  return leaving;
};

onLeave(async () => {
  await leave();
  process.exit(1);
});

let code = 1;
let last = '';
try {
  const options = parseOptions(['--dir', join(dir, 'stack'), '--no-simulator', '--ticks', 'off'], root, process.env);
  stack = createStack(root, options, { command: `npm run ${name === 'faults' ? 'test:faults' : name}` });
  await stack.prepare();
  install(root);
  await build(root);
  // Short, so that restarts begin in the middle of what was read.
  if (name === 'verify') process.env.LIVEBOARD_INGEST_CHECKPOINT_MS ??= '3000';
  if (name === 'faults') process.env.LIVEBOARD_INGEST_CHECKPOINT_MS ??= '10000';
  await stack.start();
  report(`Running ${name}`);
  const main = ['--enable-source-maps', `test/${name}/dist/main.js`, '--stack', stack.stackFile];
  child = spawn(process.execPath, [...main, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.on('data', (chunk) => {
    process.stdout.write(chunk);
    last = `${last}${chunk}`.slice(-LAST_BYTES);
  });
  code = (await new Promise((done) => child.once('exit', done))) ?? 1;
} catch (error) {
  if (leaving === undefined) console.error(error instanceof Failure ? `\n${error.message}` : error);
}
await leave();
if (last !== '') console.log(last.trimEnd().split('\n').at(-1));
process.exit(code);
