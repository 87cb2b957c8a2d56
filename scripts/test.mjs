// `npm test`: installs what is missing, runs the gates and the unit tests, then the tests against real parts, and ends
// with one line of counts. `npm test -- --unit` leaves the real parts out. What it writes lies under `.data/test`.
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onLeave } from '../infra/src/leave.mjs';
import { parseOptions } from '../infra/src/options.mjs';
import { Failure, report } from '../infra/src/report.mjs';
import { createStack } from '../infra/src/stack.mjs';
import { ensureChromium } from '../infra/src/tools.mjs';
import { build, buildBoard, install } from '../infra/src/workspace.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dir = join(root, '.data/test');
const counts = { passed: 0, failed: 0 };
const bin = (name) => join(root, 'node_modules/.bin', name);

const GATES = [
  ['types', bin('tsc'), '--noEmit', '-p', 'tsconfig.json'],
  ['lint', bin('biome'), 'check', '--error-on-warnings', '.'],
  ['import directions', process.execPath, 'scripts/check-imports.mjs'],
  ['test files', process.execPath, 'scripts/check-tests.mjs'],
  ['dead code and unused dependencies', bin('knip'), '--no-progress'],
  ['generated docs', process.execPath, 'scripts/docs.mjs', '--check'],
];

let stack;
let child;
let leaving = false;

const count = (name, ok) => {
  counts[ok ? 'passed' : 'failed']++;
  if (!ok) console.error(`failed: ${name}`);
};

/** Not the blocking form: the launcher must go on watching its parts, and signals must be heard. */
const run = (command, args, env = {}) =>
  new Promise((done) => {
    child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.once('error', (error) => done(error.message));
    child.once('exit', (code, signal) => done(signal ?? code));
  });

const suite = async (project, env) => {
  const file = join(root, `.data/${project}-tests.json`);
  rmSync(file, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const code = await run(bin('vitest'), ['run', '--project', project, ...reporters], env);
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
  if (leaving) return;
  leaving = true;
  child?.kill();
  await stack?.stop();
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  process.exit(counts.failed === 0 ? 0 : 1);
};

/** Stops the run at the first step after somebody asked it to end. */
const step = async (work) => {
  if (!leaving) await work();
};

/** Counts what `work` throws as one failure, and lets the steps after it run where they can. */
const attempt = async (name, work) => {
  try {
    return await work();
  } catch (error) {
    count(name, false);
    console.error(error instanceof Failure ? error.message : error);
    return undefined;
  }
};

/** A past to compare with, and no more: what is sent must be counted before the tests begin. */
const PAST_MINUTES = '12';

/** What no line of a log may hold: a signed token, a person's words. */
const SECRET = /eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}|"text":"/;

/** Logs that tell more than they may, after all that the tests did to the stack. */
const talkative = () =>
  readdirSync(join(dir, 'logs')).filter((name) => SECRET.test(readFileSync(join(dir, 'logs', name), 'utf8')));

const realTests = async () => {
  const chromium = await attempt('Chromium', ensureChromium);
  stack = createStack(root, { ...parseOptions([], root), dir }, { fresh: true, command: 'npm test' });
  process.env.LIVEBOARD_SIMULATOR_BACKFILL_MINUTES ??= PAST_MINUTES;
  // All tests ask from one address, many again and again.
  process.env.LIVEBOARD_MAX_REQUESTS_PER_MINUTE ??= '1000000';
  await stack.prepare();
  await build(root);
  buildBoard(root);
  report('Starting the real parts for the tests');
  await stack.start();
  await suite('real', { LIVEBOARD_TEST_STACK: stack.stackFile, ...(chromium ? { CHROMIUM: chromium } : {}) });
  const told = talkative();
  count(`the logs hold no token and no comment${told.length === 0 ? '' : `: ${told.join(', ')}`}`, told.length === 0);
};

onLeave((why) => {
  count(why, false);
  void finish();
});

await attempt('the test command', async () => {
  install(root);
  mkdirSync(join(root, '.data'), { recursive: true });
  for (const [name, command, ...args] of GATES) await step(async () => count(name, (await run(command, args)) === 0));
  await step(() => suite('unit', {}));
  if (!process.argv.includes('--unit')) await step(realTests);
});
await finish();
