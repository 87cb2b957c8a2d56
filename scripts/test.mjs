// `npm test`: installs what is missing, runs the gates and the unit tests, then the tests against real parts, and ends
// with one line of counts. `npm test -- --unit` leaves the real parts out.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseOptions } from '../infra/src/options.mjs';
import { Failure, report } from '../infra/src/report.mjs';
import { startStack } from '../infra/src/stack.mjs';
import { build, buildBoard, install } from '../infra/src/workspace.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'live-board-'));
const counts = { passed: 0, failed: 0 };
let stack;

const count = (name, ok) => {
  counts[ok ? 'passed' : 'failed']++;
  if (!ok) console.error(`failed: ${name}`);
};

const gate = (name, command, ...args) =>
  count(name, spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0);

const suite = async (project, env = {}) => {
  const file = join(dir, `${project}.json`);
  const args = ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  // Not the blocking form: the launcher must go on watching its parts.
  const child = spawn(join(root, 'node_modules/.bin/vitest'), args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const code = await new Promise((done) => child.once('exit', done));
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(file, 'utf8'));
    counts.passed += numPassedTests;
    counts.failed += numFailedTests;
    if (code !== 0 && numFailedTests === 0) count(`the ${project} tests`, false);
  } catch {
    count(`the ${project} tests`, false);
  }
};

const finish = async () => {
  await stack?.stop();
  rmSync(dir, { recursive: true, force: true });
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  process.exit(counts.failed === 0 ? 0 : 1);
};
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => count(signal, false) ?? finish());

try {
  install(root);
  gate('types', 'node_modules/.bin/tsc', '--noEmit', '-p', 'tsconfig.json');
  gate('lint', 'node_modules/.bin/biome', 'check', '--error-on-warnings', '.');
  gate('import directions', process.execPath, 'scripts/check-imports.mjs');
  await suite('unit');
  if (!process.argv.includes('--unit')) {
    await build(root);
    buildBoard(root);
    report('Starting the real parts for the tests');
    stack = await startStack(root, { ...parseOptions([], root), dir: join(dir, 'stack') });
    await suite('real', { LIVEBOARD_TEST_STACK: stack.stackFile });
  }
} catch (error) {
  count('the test command', false);
  console.error(error instanceof Failure ? error.message : error);
}
await finish();
