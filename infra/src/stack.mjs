import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepareKafka } from './kafka.mjs';
import { freePort, isOpen, isReady, until } from './ports.mjs';
import { createPidFile, end, launch, tail } from './processes.mjs';
import { prepareRedis } from './redis.mjs';
import { Failure, report } from './report.mjs';

/** A process that ends with this code has said what an operator must do; starting it again would not help. */
const HALTED = 78;
const RESTART_MS = 1_000;
/** Long enough for a peak and for a room in trouble, each against a full base. */
const PAST_MINUTES = 56;

const readPorts = (file) => {
  try {
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  } catch {
    return {};
  }
};

/** Settings of ours that a person may put before `npm start`, by the service that takes them: others refuse what they do not know. */
const PASSED = {
  ingest: /^LIVEBOARD_(INGEST_|LOG_LEVEL$)/,
  simulator: /^LIVEBOARD_SIMULATOR_/,
  gateway: /^LIVEBOARD_(MAX_|LEASE_|LOG_LEVEL$)/,
};

const passed = (name) =>
  Object.fromEntries(
    Object.entries(process.env).filter(([key]) => !key.startsWith('LIVEBOARD_') || PASSED[name]?.test(key)),
  );

/** What a service of a stack is told; the same for those the launcher starts and for those added beside it. */
export const serviceEnv = (name, { root, dir, stack, port }) => {
  const { kafka_brokers, redis_url, namespace, generation, ticks, gateway_url } = stack;
  const common = {
    ...passed(name),
    KAFKA_BROKERS: kafka_brokers,
    REDIS_URL: redis_url,
    LIVEBOARD_NAMESPACE: namespace,
  };
  if (name === 'simulator')
    return {
      ...common,
      LIVEBOARD_HEALTH_PORT: String(port),
      LIVEBOARD_SIMULATOR_BACKFILL_MINUTES: String(PAST_MINUTES),
      LIVEBOARD_SIMULATOR_STATE: join(dir, 'simulator.json'),
    };
  if (name === 'gateway')
    return {
      ...common,
      LIVEBOARD_LOG_GENERATION: String(generation),
      LIVEBOARD_PORT: String(port),
      LIVEBOARD_ORIGINS: [gateway_url, `http://127.0.0.1:${port}`, `http://localhost:${port}`].join(','),
      LIVEBOARD_BOARD_DIR: join(root, 'services/board/dist'),
      LIVEBOARD_DEV_ISSUER: '1',
      LIVEBOARD_DEV_KEYS: join(dir, 'dev-keys.json'),
    };
  return {
    ...common,
    LIVEBOARD_LOG_GENERATION: String(generation),
    LIVEBOARD_INGEST_TICKS: ticks ? 'on' : 'off',
    LIVEBOARD_HEALTH_PORT: String(port),
  };
};

/**
 * Starts the parts in order, watches them, and stops them in reverse. `stack.json` is there while all is ready.
 * Returns `{ stack, stop }`.
 */
export const startStack = async (root, options) => {
  const { dir, namespace, generation } = options;
  mkdirSync(dir, { recursive: true });
  const pids = createPidFile(dir);
  const owner = pids.owner();
  if (owner !== undefined)
    throw new Failure(
      `Another launcher (pid ${owner.pid}) runs this directory. Stop it, or take another: npm start -- --dir DIR`,
    );
  for (const left of pids.leftovers()) {
    report(`Cleaning up ${left.name} (pid ${left.pid}), left by an earlier start`);
    await end(left);
  }
  pids.claim();

  const stackFile = join(dir, 'stack.json');
  rmSync(stackFile, { force: true });
  const portsFile = join(dir, 'ports.json');
  const ports = readPorts(portsFile);
  const running = [];
  const stack = {
    v: 1,
    namespace,
    generation,
    kafka_brokers: process.env.KAFKA_BROKERS,
    redis_url: process.env.REDIS_URL,
    clickhouse_url: null,
    clickhouse_database: null,
    gateway_url: null,
    dev_issuer: true,
    ticks: options.ticks,
    simulator: options.simulator,
    processes: [],
  };
  let ready = false;
  let stopping = false;

  const write = () => {
    stack.processes = running.map(({ name, child, started }) => ({ name, pid: child.pid, started }));
    if (!ready) return;
    writeFileSync(`${stackFile}.new`, `${JSON.stringify(stack, null, 2)}\n`);
    renameSync(`${stackFile}.new`, stackFile);
  };

  const start = (part) => {
    const log = join(dir, 'logs', `${part.name}.log`);
    const child = launch({ cwd: root, env: process.env, ...part.run, log });
    const entry = { name: part.name, child, started: Date.now(), known: undefined };
    child.once('error', (error) => report(`${part.name}: could not be started: ${error.message}`));
    if (child.pid !== undefined) entry.known = pids.add(part.name, child.pid);
    running.push(entry);
    child.once('exit', (code, signal) => {
      if (stopping) return;
      running.splice(running.indexOf(entry), 1);
      if (child.pid !== undefined) pids.remove(child.pid);
      write();
      if (code === HALTED) {
        report(`${part.name} halted and waits for a person. Its last words:\n${tail(log)}`);
        return;
      }
      report(`${part.name} ended (${signal ?? `code ${code}`}); starting it again`);
      setTimeout(() => {
        if (stopping) return;
        start(part);
        write();
      }, RESTART_MS);
    });
    return log;
  };

  const bring = async (part) => {
    const log = start(part);
    if (await until(part.isReady, part.readyMs)) return;
    throw new Failure(`${part.name} was not ready after ${part.readyMs / 1000} s. Its last words:\n${tail(log)}`);
  };

  const stop = async () => {
    if (stopping) return;
    stopping = true;
    rmSync(stackFile, { force: true });
    for (const { name, known } of [...running].reverse()) {
      if (known === undefined) continue;
      report(`Stopping ${name}`);
      await end(known, 20_000);
      pids.remove(known.pid);
    }
    rmSync(join(dir, 'pids.json'), { force: true });
  };

  try {
    if (stack.redis_url === undefined) {
      ports.redis = await freePort(ports.redis);
      stack.redis_url = `redis://127.0.0.1:${ports.redis}`;
      report(`Redis: starting on 127.0.0.1:${ports.redis}`);
      await bring({
        name: 'redis',
        run: prepareRedis(join(dir, 'redis'), ports.redis),
        isReady: () => isOpen(ports.redis),
        readyMs: 20_000,
      });
    } else report('Redis: using REDIS_URL');
    if (stack.kafka_brokers === undefined) {
      ports.kafka = await freePort(ports.kafka);
      ports.controller = await freePort(ports.controller);
      stack.kafka_brokers = `127.0.0.1:${ports.kafka}`;
      report(`Kafka: starting on ${stack.kafka_brokers}`);
      await bring({
        name: 'kafka',
        run: prepareKafka(root, join(dir, 'kafka'), ports.kafka, ports.controller),
        isReady: () => isOpen(ports.kafka),
        readyMs: 60_000,
      });
    } else report('Kafka: using KAFKA_BROKERS');
    for (const name of ['ingest', 'simulator']) ports[name] = await freePort(ports[name]);
    ports.gateway = await freePort(options.port ?? ports.gateway ?? 8080);
    if (options.port !== undefined && ports.gateway !== options.port)
      throw new Failure(`--port: ${options.port} is taken; leave it out, or name another`);
    stack.gateway_url = `http://127.0.0.1:${ports.gateway}`;
    const service = async (name, says) => {
      const port = ports[name];
      report(says);
      await bring({
        name,
        run: {
          command: process.execPath,
          args: ['--enable-source-maps', `services/${name}/dist/main.js`],
          env: serviceEnv(name, { root, dir, stack, port }),
        },
        isReady: () => isReady(port),
        readyMs: 120_000,
      });
    };
    // Before ingest, whose ticks bring the log to the present: what the rooms did until now would be late after them.
    if (options.simulator) await service('simulator', 'Simulator: sending the last hour of the rooms');
    await service('ingest', 'Ingest: starting');
    await service('gateway', `Gateway: starting on ${stack.gateway_url}`);
    writeFileSync(portsFile, JSON.stringify(ports));
    ready = true;
    write();
  } catch (error) {
    await stop();
    throw error;
  }
  return { stack, stackFile, stop };
};
