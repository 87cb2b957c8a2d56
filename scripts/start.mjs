// `npm start`: the parts up, watched and stopped together.
import { fileURLToPath } from 'node:url';
import { onLeave } from '../infra/src/leave.mjs';
import { parseOptions, USAGE } from '../infra/src/options.mjs';
import { Failure, report } from '../infra/src/report.mjs';
import { createStack } from '../infra/src/stack.mjs';
import { build, buildBoard, install } from '../infra/src/workspace.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
let launched;
let leaving = false;

const leave = async (code) => {
  if (leaving) return;
  leaving = true;
  await launched?.stop();
  process.exit(code);
};

onLeave((why) => leave(why === 'an error' ? 1 : 0));

try {
  const options = parseOptions(process.argv.slice(2), root, process.env);
  if (options.help) {
    console.log(USAGE);
    process.exit(0);
  }
  launched = createStack(root, options, { boardPort: 8080 });
  await launched.prepare();
  install(root);
  await build(root);
  buildBoard(root);
  await launched.start();
  const { stack } = launched;
  report(`Ready. The board: ${stack.gateway_url}/monitor`);
  console.log(`
  Sign in as   demo-partner    an agency that watches up to five rooms
               demo-host       a host of one room
               demo-operator   sees every room and the data's health
  Kafka        ${stack.kafka_brokers}
  Redis        ${stack.redis_url}
  ClickHouse   ${stack.clickhouse_url}
  Everything written lies under ${options.dir}. Ctrl-C stops everything.
`);
  // The children are watched by their events; this keeps the launcher alive between them.
  setInterval(() => {}, 60_000);
} catch (error) {
  if (!leaving) console.error(error instanceof Failure ? `\n${error.message}` : error);
  await leave(error.code > 0 ? error.code : 1);
}
