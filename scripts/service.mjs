// `npm run service -- ingest|history|gateway --stack DIR/stack.json [--port N]`: one more instance beside a running stack.
// The service runs in this very process: its pid is the one that is printed, and whoever ends that ends the service.
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { freePort, isReady, until } from '../infra/src/ports.mjs';
import { Failure, report } from '../infra/src/report.mjs';
import { serviceEnv } from '../infra/src/services.mjs';
import { readStack } from '../infra/src/stack-file.mjs';
import { build, install } from '../infra/src/workspace.mjs';

const USAGE = 'npm run service -- ingest|history|gateway [--stack DIR/stack.json] [--port N]';
const root = fileURLToPath(new URL('..', import.meta.url));

const readArguments = () => {
  try {
    const options = { stack: { type: 'string', default: resolve(root, '.data/stack.json') }, port: { type: 'string' } };
    const { positionals, values } = parseArgs({ allowPositionals: true, options });
    if (positionals.length !== 1 || !['ingest', 'history', 'gateway'].includes(positionals[0]))
      throw new Failure(USAGE);
    const wanted = values.port === undefined ? undefined : Number(values.port);
    if (wanted !== undefined && !(Number.isInteger(wanted) && wanted > 0 && wanted < 65_536))
      throw new Failure(`--port: must be an integer in 1..65535, not "${values.port}"`);
    return { name: positionals[0], file: resolve(values.stack), wanted };
  } catch (error) {
    throw error instanceof Failure ? error : new Failure(`${error.message}\n${USAGE}`);
  }
};

try {
  const { name, file, wanted } = readArguments();
  const stack = readStack(file);
  install(root);
  await build(root);
  const main = resolve(root, `services/${name}/dist/main.js`);
  if (!existsSync(main)) throw new Failure(`There is no service "${name}" yet.`);
  const port = await freePort(wanted);
  if (wanted !== undefined && port !== wanted) throw new Failure(`--port: ${wanted} is taken`);
  const env = serviceEnv(name, { root, dir: dirname(file), stack, port });
  for (const key of Object.keys(process.env)) if (!(key in env)) delete process.env[key];
  Object.assign(process.env, env);
  process.on('SIGHUP', () => process.kill(process.pid, 'SIGTERM'));
  process.setSourceMapsEnabled(true);
  await import(pathToFileURL(main).href);
  if (await until(() => isReady(port), 60_000)) report(`Ready: ${name} http://127.0.0.1:${port} (pid ${process.pid})`);
} catch (error) {
  console.error(error instanceof Failure ? error.message : error);
  process.exit(error.code > 0 ? error.code : 1);
}
