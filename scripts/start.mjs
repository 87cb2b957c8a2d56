// `npm start`: the parts up, watched and stopped together.
import { fileURLToPath } from 'node:url';
import { parseOptions, USAGE } from '../infra/src/options.mjs';
import { Failure, report } from '../infra/src/report.mjs';
import { startStack } from '../infra/src/stack.mjs';
import { build, buildBoard, install } from '../infra/src/workspace.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

try {
  const options = parseOptions(process.argv.slice(2), root);
  if (options.help) {
    console.log(USAGE);
    process.exit(0);
  }
  install(root);
  await build(root);
  buildBoard(root);
  let stop = async () => {};
  let asked = false;
  const leave = async () => {
    if (asked) return;
    asked = true;
    await stop();
    process.exit(0);
  };
  process.on('SIGINT', leave);
  process.on('SIGTERM', leave);
  process.on('SIGHUP', leave);
  const started = await startStack(root, options);
  stop = started.stop;
  if (asked) await stop();
  report(`Ready. The board: ${started.stack.gateway_url}/monitor`);
  console.log(`
  Sign in as   demo-partner    an agency that watches up to five rooms
               demo-host       a host of one room
               demo-operator   sees every room and the data's health
  Kafka        ${started.stack.kafka_brokers}
  Redis        ${started.stack.redis_url}
  Everything written lies under ${options.dir}. Ctrl-C stops everything.
`);
  // The children are watched by their events; this keeps the launcher alive between them.
  setInterval(() => {}, 60_000);
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  console.error(`\n${error.message}`);
  process.exit(error.code);
}
