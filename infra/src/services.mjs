import { join } from 'node:path';
import { Failure } from './report.mjs';

/**
 * Services in the order of their start; each is built to `services/<name>/dist/main.js`. The simulator is before ingest,
 * whose ticks bring the log to the present: what the rooms did until now would be late after them.
 */
export const SERVICES = ['simulator', 'ingest', 'gateway'];

/** Long enough for a peak and for a room in trouble, each against a full base. */
const PAST_MINUTES = 56;

const FOR_ALL = /^LIVEBOARD_LOG_LEVEL$/;
/** Settings that go from the launcher's environment to a service; what the launcher sets itself it decides alone. */
const FOR_ONE = {
  ingest: /^LIVEBOARD_(INGEST_\w+|PARTITIONS)$/,
  gateway: /^LIVEBOARD_(MAX_\w+|PARTITIONS|JWKS_URL|ISSUER|HOST)$/,
  simulator: /^LIVEBOARD_SIMULATOR_\w+$/,
};
const OWN = /^LIVEBOARD_(NAMESPACE|LOG_GENERATION|TEST_\w+)$/;

/** @throws Failure naming `LIVEBOARD_*` variables that nobody reads: a misspelt setting is otherwise silently the default. */
export const checkEnvironment = (env) => {
  const rules = [FOR_ALL, OWN, ...Object.values(FOR_ONE)];
  const unknown = Object.keys(env).filter(
    (name) => name.startsWith('LIVEBOARD_') && !rules.some((rule) => rule.test(name)),
  );
  if (unknown.length > 0) throw new Failure(`unknown settings in the environment: ${unknown.join(', ')}`);
};

const passed = (name, env) =>
  Object.fromEntries(
    Object.entries(env).filter(
      ([key]) => !key.startsWith('LIVEBOARD_') || FOR_ALL.test(key) || FOR_ONE[name]?.test(key) === true,
    ),
  );

const origins = (stack, port) => [
  ...new Set([stack.gateway_url, `http://127.0.0.1:${port}`, `http://localhost:${port}`]),
];

/** What a service of a stack is told; the same for those the launcher starts and for those added beside it. */
export const serviceEnv = (name, { root, dir, stack, port, env }) => {
  const { kafka_brokers, redis_url, namespace, generation, ticks } = stack;
  const common = {
    ...passed(name, env),
    KAFKA_BROKERS: kafka_brokers,
    REDIS_URL: redis_url,
    LIVEBOARD_NAMESPACE: namespace,
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
    LIVEBOARD_INGEST_TICKS: ticks ? 'on' : 'off',
    LIVEBOARD_HEALTH_PORT: String(port),
  };
};
