import { resolve } from 'node:path';
import { Failure } from './report.mjs';

export const USAGE = `npm start -- [options]
  --dir DIR          where everything is written (default .data)
  --namespace NS     put before every topic, group and key ([a-z][a-z0-9_]{0,20})
  --generation N     the life of the log, 1..32767 (default 1)
  --port N           the board's port (default 8080, or a free one)
  --no-simulator     no simulated rooms
  --ticks on|off     ticks in the log (default on; off for replays)
  --help             this text`;

const oneOf = (name, value, allowed) => {
  if (!allowed.includes(value)) throw new Failure(`--${name}: must be one of ${allowed.join(' ')}, not "${value}"`);
  return value;
};

const integer = (name, value, min, max) => {
  const n = Number(value);
  if (!/^\d+$/.test(value ?? '') || n < min || n > max)
    throw new Failure(`--${name}: must be an integer in ${min}..${max}, not "${value}"`);
  return n;
};

/** Reads the launcher's options. @throws Failure naming the option and its rule. */
export const parseOptions = (args, root) => {
  const options = {
    dir: resolve(root, '.data'),
    namespace: '',
    generation: 1,
    simulator: true,
    ticks: true,
    help: false,
  };
  for (let i = 0; i < args.length; i++) {
    const name = args[i].replace(/^--/, '');
    const take = () => {
      const value = args[++i];
      if (value === undefined) throw new Failure(`--${name}: a value must follow`);
      return value;
    };
    if (name === 'dir') options.dir = resolve(take());
    else if (name === 'namespace') {
      options.namespace = take();
      if (!/^$|^[a-z][a-z0-9_]{0,20}$/.test(options.namespace))
        throw new Failure(`--namespace: must match [a-z][a-z0-9_]{0,20}, not "${options.namespace}"`);
    } else if (name === 'generation') options.generation = integer(name, take(), 1, 32_767);
    else if (name === 'port') options.port = integer(name, take(), 1, 65_535);
    else if (name === 'ticks') options.ticks = oneOf(name, take(), ['on', 'off']) === 'on';
    else if (name === 'no-simulator') options.simulator = false;
    else if (name === 'help') options.help = true;
    else throw new Failure(`unknown option "${args[i]}"\n\n${USAGE}`);
  }
  return options;
};
