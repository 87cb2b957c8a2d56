// `npm test`: installs the workspace where needed, runs the gates and the unit tests, and ends with one line of counts.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { install } from '../infra/src/workspace.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = (command, args) =>
  spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;

try {
  install(root);
} catch (error) {
  console.error(error.message);
  console.log('0 passed, 1 failed');
  process.exit(1);
}

const results = [];
const gate = (name, args) => results.push([name, run(`node_modules/.bin/${args[0]}`, args.slice(1))]);
gate('types', ['tsc', '--noEmit', '-p', 'tsconfig.json']);
gate('lint', ['biome', 'check', '--error-on-warnings', '.']);

const dir = mkdtempSync(join(tmpdir(), 'live-board-'));
const file = join(dir, 'unit.json');
run('node_modules/.bin/vitest', [
  'run',
  '--project',
  'unit',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${file}`,
]);
let passed = results.filter(([, ok]) => ok).length;
let failed = results.length - passed;
try {
  const report = JSON.parse(readFileSync(file, 'utf8'));
  passed += report.numPassedTests;
  failed += report.numFailedTests + (report.success || report.numFailedTests > 0 ? 0 : 1);
} catch {
  failed += 1;
}
rmSync(dir, { recursive: true, force: true });
for (const [name, ok] of results) if (!ok) console.error(`gate failed: ${name}`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
