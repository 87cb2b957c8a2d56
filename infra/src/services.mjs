import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './report.mjs';

/**
 * Services in the order of their start; each is built to `services/<name>/dist/main.js`. The simulator is before ingest,
 * whose ticks bring the log to the present: what the rooms did until now would be late after them.
 */
const SERVICES = ['simulator', 'ingest', 'history', 'gateway'];

/** Those of a workspace, in the order of their start. */
export const servicesOf = (root) => SERVICES.filter((name) => existsSync(join(root, 'services', name, 'src/main.ts')));

/** Long enough for a peak and for a room in trouble, each against a full base. */
const PAST_MINUTES = 56;

/** Node's own options by service. Ingest's thread that reads makes much garbage that dies at once: a small nursery collects it as well, in 50 MB less. */
const NODE_OPTIONS = { ingest: ['--max-semi-space-size=4'] };

/** How a service is started: what Node is given, from the workspace's root. */
export const serviceArgs = (name) => [
  '--enable-source-maps',
  ...(NODE_OPTIONS[name] ?? []),
  `services/${name}/dist/main.js`,
];

/** Names that the launcher itself reads, or sets for the tests. */
const OWN = /^LIVEBOARD_(NAMESPACE|LOG_GENERATION|TEST_\w+)$/;

/** The settings of a service, by the names that its own table gives them. */
const settingsOf = (root, name) => {
  const file = ['config.ts', 'options.ts'].map((each) => join(root, 'services', name, 'src', each)).find(existsSync);
  if (file === undefined) return new Set();
  return new Set([...readFileSync(file, 'utf8').matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map(([, setting]) => setting));
};

/** @throws Failure naming `LIVEBOARD_*` variables that nobody reads: a misspelt setting is otherwise silently the default. */
export const checkEnvironment = (root, env) => {
  const known = new Set(SERVICES.flatMap((name) => [...settingsOf(root, name)]));
  const unknown = Object.keys(env).filter(
    (name) => name.startsWith('LIVEBOARD_') && !OWN.test(name) && !known.has(name),
  );
  if (unknown.length > 0) throw new Failure(`unknown settings in the environment: ${unknown.join(', ')}`);
};

/** A service is handed only settings of its own: it refuses those that it does not know. */
const passed = (root, name, env) => {
  const own = settingsOf(root, name);
  return Object.fromEntries(Object.entries(env).filter(([key]) => !key.startsWith('LIVEBOARD_') || own.has(key)));
};

const origins = (stack, port) => [
  ...new Set([stack.gateway_url, `http://127.0.0.1:${port}`, `http://localhost:${port}`]),
];

/** What a service of a stack is told; the same for those the launcher starts and for those added beside it. */
export const serviceEnv = (name, { root, dir, stack, port, env = process.env }) => {
  const { kafka_brokers, redis_url, clickhouse_url, namespace, generation, ticks } = stack;
  const common = {
    ...passed(root, name, env),
    KAFKA_BROKERS: kafka_brokers,
    REDIS_URL: redis_url,
    LIVEBOARD_NAMESPACE: namespace,
    ...(settingsOf(root, name).has('CLICKHOUSE_URL') ? { CLICKHOUSE_URL: clickhouse_url } : {}),
  };
  if (name === 'simulator')
    return {
      LIVEBOARD_SIMULATOR_BACKFILL_MINUTES: String(PAST_MINUTES),
      ...common,
      LIVEBOARD_HEALTH_PORT: String(port),
      LIVEBOARD_SIMULATOR_STATE: join(dir, 'simulator.json'),
      ...(env.LIVEBOARD_PARTITIONS === undefined ? {} : { LIVEBOARD_SIMULATOR_PARTITIONS: env.LIVEBOARD_PARTITIONS }),
    };
  if (name === 'gateway')
    return {
      ...common,
      LIVEBOARD_LOG_GENERATION: String(generation),
      LIVEBOARD_PORT: String(port),
      LIVEBOARD_ORIGINS: origins(stack, port).join(','),
      LIVEBOARD_BOARD_DIR: join(root, 'services/board/dist'),
      LIVEBOARD_DEV_ISSUER: stack.dev_issuer ? '1' : '0',
      LIVEBOARD_DEV_KEYS: join(dir, 'dev-keys.json'),
    };
  return {
    ...common,
    LIVEBOARD_LOG_GENERATION: String(generation),
    ...(name === 'ingest' ? { LIVEBOARD_INGEST_TICKS: ticks ? 'on' : 'off' } : {}),
    LIVEBOARD_HEALTH_PORT: String(port),
  };
};
