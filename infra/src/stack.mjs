import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clickhouseServes, prepareClickhouse } from './clickhouse.mjs';
import { removeContainer } from './docker.mjs';
import { prepareKafka } from './kafka.mjs';
import { PARTS, settleParts } from './parts.mjs';
import { freePort, isOpen, readiness, until } from './ports.mjs';
import { createPidFile, end, isAlive } from './processes.mjs';
import { prepareRedis, redisServes } from './redis.mjs';
import { Failure, report } from './report.mjs';
import { checkEnvironment, serviceArgs, serviceEnv, servicesOf } from './services.mjs';
import { createSupervisor } from './supervisor.mjs';

const ORPHAN_MS = 60_000;

const readPorts = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
};

const replace = (file, text) => {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
};

/** Takes the folder: waits for a launcher whose npm is gone, ends what an earlier one left. @throws Failure */
const takeFolder = async (dir, pids) => {
  const owner = pids.owner();
  if (owner?.orphan) {
    report(`Waiting for the launcher (pid ${owner.pid}) that was lost its npm`);
    process.kill(owner.pid, 'SIGTERM');
    await until(() => !isAlive(owner), ORPHAN_MS);
  }
  const held = pids.owner();
  if (held !== undefined)
    throw new Failure(
      `Another launcher (pid ${held.pid}) runs ${dir}. Stop it, or take another folder: npm start -- --dir DIR`,
    );
  for (const left of pids.leftovers()) {
    report(`Cleaning up ${left.name} (pid ${left.pid}), left by an earlier start`);
    await end(left);
    if (left.container !== undefined) removeContainer(left.container);
  }
  pids.claim();
};

/**
 * A stack: `prepare` settles where its parts come from (before anything slow, so that what is missing is said at once),
 * `start` brings them up in order, `stop` (at any time) takes them down in reverse. `stack.json` is there while all is ready. `fresh`: whatever lies in the folder is removed first. `command`: what a person runs again.
 * `boardPort`: taken for the board where it is free and nothing else was asked for; without it any free one, so that stacks started at the same time do not meet.
 */
export const createStack = (root, options, { fresh = false, command = 'npm start', boardPort } = {}) => {
  const { dir, namespace, generation } = options;
  const stackFile = join(dir, 'stack.json');
  const portsFile = join(dir, 'ports.json');
  const pids = createPidFile(dir);
  const stack = {
    v: 1,
    namespace,
    generation,
    kafka_brokers: process.env.KAFKA_BROKERS,
    redis_url: process.env.REDIS_URL,
    clickhouse_url: process.env.CLICKHOUSE_URL,
    clickhouse_database: `${namespace}liveboard`,
    gateway_url: null,
    dev_issuer: true,
    ticks: options.ticks,
    simulator: options.simulator,
    processes: [],
  };
  let from;
  let isReadyNow = false;
  let isOurs = false;
  const write = () => replace(stackFile, `${JSON.stringify(stack, null, 2)}\n`);
  const supervisor = createSupervisor({
    pids,
    cwd: root,
    logOf: (name) => join(dir, 'logs', `${name}.log`),
    onChange: (processes) => {
      stack.processes = processes;
      if (isReadyNow) write();
    },
  });

  const bringRedis = async (from, port) => {
    report(`Redis: starting on ${stack.redis_url}${from === 'docker' ? ' in a container' : ''}`);
    const image = from === 'docker' ? PARTS.redis.image : undefined;
    const run = prepareRedis({ dir: join(dir, 'redis'), port, image });
    await supervisor.bring({ name: 'redis', run, isReady: () => redisServes(port), readyMs: 30_000 });
  };

  const bringKafka = async (from, port, controller) => {
    report(`Kafka: starting on ${stack.kafka_brokers}${from === 'docker' ? ' in a container' : ''}`);
    const image = from === 'docker' ? PARTS.kafka.image : undefined;
    const run = prepareKafka({ dir: join(dir, 'kafka'), port, controller, image });
    await supervisor.bring({ name: 'kafka', run, isReady: () => isOpen(port), readyMs: 90_000 });
  };

  const HOW = { docker: ' in a container', chdb: ' (chDB)' };

  const bringClickhouse = async (from, port) => {
    report(`ClickHouse: starting on ${stack.clickhouse_url}${HOW[from] ?? ''}`);
    const { image } = PARTS.clickhouse;
    const run = prepareClickhouse({ dir: join(dir, 'clickhouse'), port, from, image });
    await supervisor.bring({ name: 'clickhouse', run, isReady: () => clickhouseServes(port), readyMs: 90_000 });
  };

  const bringService = async (name, port) => {
    report(`${name}: starting on http://127.0.0.1:${port}`);
    const env = serviceEnv(name, { root, dir, stack, port });
    const run = { command: process.execPath, args: serviceArgs(name), env };
    await supervisor.bring({ name, run, isReady: () => readiness(port), readyMs: 60_000 });
  };

  /** Those of the last start where they are still free, so that addresses stay. */
  const choosePorts = async () => {
    const known = readPorts(portsFile);
    const others = servicesOf(root).filter((name) => name !== 'gateway');
    const wanted = {
      gateway: options.port ?? known.gateway ?? boardPort,
      ...Object.fromEntries(others.map((name) => [name, known[name]])),
    };
    if (from.redis !== 'url') wanted.redis = known.redis;
    if (from.kafka !== 'url') Object.assign(wanted, { kafka: known.kafka, controller: known.controller });
    if (from.clickhouse !== 'url') wanted.clickhouse = known.clickhouse;
    const ports = {};
    for (const [name, port] of Object.entries(wanted)) ports[name] = await freePort(port, Object.values(ports));
    if (options.port !== undefined && ports.gateway !== options.port)
      throw new Failure(`--port: ${options.port} is taken; leave it out, or name another`);
    replace(portsFile, JSON.stringify({ ...known, ...ports }));
    return ports;
  };

  const prepare = async () => {
    checkEnvironment(root, process.env);
    from = await settleParts(process.env, command);
  };

  const start = async () => {
    if (from === undefined) await prepare();
    try {
      mkdirSync(dir, { recursive: true });
    } catch (error) {
      throw new Failure(`--dir: ${dir} cannot be made (${error.code})`);
    }
    await takeFolder(dir, pids);
    isOurs = true;
    if (fresh) {
      rmSync(dir, { recursive: true, force: true });
      pids.claim();
    }
    rmSync(stackFile, { force: true });
    const ports = await choosePorts();
    stack.redis_url ??= `redis://127.0.0.1:${ports.redis}`;
    stack.clickhouse_url ??= `http://127.0.0.1:${ports.clickhouse}`;
    stack.kafka_brokers ??= `127.0.0.1:${ports.kafka}`;
    stack.gateway_url = `http://127.0.0.1:${ports.gateway}`;
    if (from.redis === 'url') report('Redis: using REDIS_URL');
    else await bringRedis(from.redis, ports.redis);
    if (from.kafka === 'url') report('Kafka: using KAFKA_BROKERS');
    else await bringKafka(from.kafka, ports.kafka, ports.controller);
    if (from.clickhouse === 'url') report('ClickHouse: using CLICKHOUSE_URL');
    else await bringClickhouse(from.clickhouse, ports.clickhouse);
    for (const name of servicesOf(root))
      if (name !== 'simulator' || options.simulator) await bringService(name, ports[name]);
    isReadyNow = true;
    write();
  };

  const stop = async () => {
    isReadyNow = false;
    if (!isOurs) return;
    rmSync(stackFile, { force: true });
    await supervisor.stop();
    rmSync(join(dir, 'pids.json'), { force: true });
  };

  return { stack, stackFile, prepare, start, stop };
};
