import { resolve } from 'node:path';
import { Failure } from './report.mjs';

export const USAGE = `npm start -- [options]
  --dir DIR          where everything is written (default .data)
  --namespace NS     put before every topic, group and key ([a-z][a-z0-9_]{0,20}; default LIVEBOARD_NAMESPACE, else none)
  --generation N     the life of the log, 1..32767 (default LIVEBOARD_LOG_GENERATION, else 1)
  --port N           the board's port (default 8080, or a free one)
  --no-simulator     no simulated rooms
  --ticks on|off     ticks in the log (default on; off for replays)
  --help             this text

Parts of your own: KAFKA_BROKERS=host:port[,host:port], REDIS_URL=redis://host:port and CLICKHOUSE_URL=http://host:port
are used where they are set.`;

const oneOf = (name, value, allowed) => {
  if (!allowed.includes(value)) throw new Failure(`${name}: must be one of ${allowed.join(' ')}, not "${value}"`);
  return value;
};

const integer = (name, value, min, max) => {
  const n = Number(value);
  if (!/^\d+$/.test(value) || n < min || n > max)
    throw new Failure(`${name}: must be an integer in ${min}..${max}, not "${value}"`);
  return n;
};

const namespace = (name, value) => {
  if (!/^$|^[a-z][a-z0-9_]{0,20}$/.test(value))
    throw new Failure(`${name}: must match [a-z][a-z0-9_]{0,20}, not "${value}"`);
  return value;
};

const generation = (name, value) => integer(name, value, 1, 32_767);

/** Reads the launcher's options; `env` gives some of the defaults. @throws Failure naming the option and its rule. */
export const parseOptions = (args, root, env = {}) => {
  const options = {
    dir: resolve(root, '.data'),
    namespace: namespace('LIVEBOARD_NAMESPACE', env.LIVEBOARD_NAMESPACE ?? ''),
    generation: generation('LIVEBOARD_LOG_GENERATION', env.LIVEBOARD_LOG_GENERATION ?? '1'),
    simulator: true,
    ticks: true,
    help: false,
  };
  const flags = {
    '--no-simulator': () => ({ simulator: false }),
    '--help': () => ({ help: true }),
  };
  const valued = {
    '--dir': (name, value) => {
      if (value === '') throw new Failure(`${name}: must name a folder`);
      return { dir: resolve(root, value) };
    },
    '--namespace': (name, value) => ({ namespace: namespace(name, value) }),
    '--generation': (name, value) => ({ generation: generation(name, value) }),
    '--port': (name, value) => ({ port: integer(name, value, 1, 65_535) }),
    '--ticks': (name, value) => ({ ticks: oneOf(name, value, ['on', 'off']) === 'on' }),
  };
  for (let i = 0; i < args.length; i++) {
    const [name, ...rest] = args[i].split('=');
    if (Object.hasOwn(flags, name) && rest.length === 0) Object.assign(options, flags[name]());
    else if (Object.hasOwn(valued, name)) {
      const value = rest.length > 0 ? rest.join('=') : args[++i];
      if (value === undefined) throw new Failure(`${name}: a value must follow`);
      Object.assign(options, valued[name](name, value));
    } else throw new Failure(`unknown option "${args[i]}"\n\n${USAGE}`);
  }
  return options;
};
