// `npm run service -- ingest|history|gateway --stack DIR/stack.json [--port N]`: one more instance beside a running stack.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { freePort, isReady, until } from '../infra/src/ports.mjs';
import { Failure, report } from '../infra/src/report.mjs';
import { serviceEnv } from '../infra/src/stack.mjs';
import { build, install } from '../infra/src/workspace.mjs';

const USAGE = 'npm run service -- ingest|history|gateway --stack DIR/stack.json [--port N]';
const root = fileURLToPath(new URL('..', import.meta.url));

const readStack = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new Failure(`--stack: ${file} is not there or not a stack's; is the stack running?`);
  }
};

try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { stack: { type: 'string', default: resolve(root, '.data/stack.json') }, port: { type: 'string' } },
  });
  const [name] = positionals;
  if (!['ingest', 'history', 'gateway'].includes(name)) throw new Failure(USAGE);
  install(root);
  await build(root);
  const main = `services/${name}/dist/main.js`;
  if (!existsSync(resolve(root, main))) throw new Failure(`There is no service "${name}" yet.`);
  const file = resolve(values.stack);
  const wanted = values.port === undefined ? undefined : Number(values.port);
  const port = await freePort(wanted);
  if (wanted !== undefined && port !== wanted) throw new Failure(`--port: ${values.port} is taken`);
  const env = serviceEnv(name, { root, dir: dirname(file), stack: readStack(file), port });
  const child = spawn(process.execPath, ['--enable-source-maps', main], { cwd: root, env, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill('SIGTERM'));
  child.once('exit', (code) => process.exit(code ?? 1));
  if (await until(() => isReady(port), 60_000)) report(`Ready: ${name} http://127.0.0.1:${port} (pid ${child.pid})`);
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  console.error(error.message);
  process.exit(error.code ?? 1);
}
