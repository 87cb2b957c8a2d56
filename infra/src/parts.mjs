import { hasEngine } from './clickhouse.mjs';
import { hasJars } from './kafka.mjs';
import { isOpen } from './ports.mjs';
import { Failure } from './report.mjs';
import { aptInstall, aptLine, dockerState, mayInstall, missing, PROGRAMS } from './tools.mjs';

/** The servers that a stack needs, and what each can be taken from. */
export const PARTS = {
  redis: { title: 'Redis', url: 'REDIS_URL', example: 'redis://127.0.0.1:6379', image: 'redis:7' },
  kafka: { title: 'Kafka', url: 'KAFKA_BROKERS', example: '127.0.0.1:9092', image: 'apache/kafka:4.1.1' },
  clickhouse: {
    title: 'ClickHouse',
    url: 'CLICKHOUSE_URL',
    example: 'http://127.0.0.1:8123',
    image: 'clickhouse/clickhouse-server:25.8',
  },
};

const programsOf = (part, jars) => {
  if (part === 'redis') return ['redis-server'];
  if (part === 'clickhouse') return ['clickhouse'];
  return jars ? ['java'] : ['java', 'mvn'];
};

/**
 * Decides where each part comes from: its address in the environment, else programs of this machine (installed through
 * apt where that is allowed), else a library of the workspace (`chdb`: whether ClickHouse has one here), else a container, else
 * nowhere. Pure. `lacks(program)` says why a program cannot be used.
 * @returns { part, from: 'url'|'native'|'apt'|'chdb'|'docker'|'nowhere', lacks: string[], packages: string[] }[]
 */
export const planParts = ({ env, jars, chdb, lacks, docker, apt }) =>
  Object.keys(PARTS).map((part) => {
    if (env[PARTS[part].url] !== undefined) return { part, from: 'url', lacks: [], packages: [] };
    const absent = programsOf(part, jars).filter((name) => lacks(name) !== undefined);
    const found = { part, lacks: absent.map(lacks), packages: absent.flatMap((name) => PROGRAMS[name].package ?? []) };
    if (absent.length === 0) return { ...found, from: 'native' };
    if (apt && found.packages.length > 0) return { ...found, from: 'apt' };
    if (part === 'clickhouse' && chdb) return { ...found, from: 'chdb' };
    return { ...found, from: docker === 'engine' ? 'docker' : 'nowhere' };
  });

const DOCKER_WAYS = {
  client: 'sudo systemctl start docker && sudo usermod -aG docker "$USER"   (then sign in anew)',
  none: 'sudo apt-get update && sudo apt-get install -y docker.io && sudo usermod -aG docker "$USER"   (then sign in anew)',
};

/** One message with every way out for all parts that come from nowhere. Pure. */
export const waysOut = (plan, docker, command) => {
  const stuck = plan.filter(({ from }) => from === 'nowhere');
  const packages = [...new Set(stuck.flatMap((each) => each.packages))];
  const own = stuck.map(({ part }) => `${PARTS[part].url}=${PARTS[part].example}`).join(' ');
  return [
    ...stuck.map(({ part, lacks }) => `${PARTS[part].title} cannot be started here: ${lacks.join(', ')}.`),
    `Any one of these helps; then run ${command} again:`,
    ...(packages.length > 0 ? [`  install it     ${aptLine(packages)}`] : []),
    `  use Docker     ${DOCKER_WAYS[docker]}`,
    `  use your own   ${own} ${command}`,
  ].join('\n');
};

const SCHEMES = { kafka: ['kafka:'], redis: ['redis:', 'rediss:'], clickhouse: ['http:', 'https:'] };
const PORTS = { 'redis:': 6379, 'rediss:': 6379, 'http:': 8123, 'https:': 8443 };

/** The addresses of a list of brokers, of a Redis or of a ClickHouse; undefined where it is ill-formed. */
export const addressesOf = (part, value) => {
  const texts = part === 'kafka' ? value.split(',').map((text) => `kafka://${text.trim()}`) : [value];
  const urls = texts.map((text) => (URL.canParse(text) ? new URL(text) : undefined));
  if (urls.some((url) => url === undefined || !SCHEMES[part].includes(url.protocol) || url.hostname === ''))
    return undefined;
  if (part === 'kafka' && urls.some(({ port }) => port === '')) return undefined;
  return urls.map(({ hostname, port, protocol }) => ({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || PORTS[protocol]),
  }));
};

/** @throws Failure where the address that the environment gives is ill-formed or nobody listens there. */
const checkAddress = async (part, env) => {
  const { title, url, example } = PARTS[part];
  const addresses = addressesOf(part, env[url]);
  if (addresses === undefined) throw new Failure(`${url}: must be like ${example}`);
  const open = await Promise.all(addresses.map(({ host, port }) => isOpen(port, host)));
  if (!open.includes(true))
    throw new Failure(`${url}: ${title} does not answer there. Start it, or leave ${url} out to have one started.`);
};

/** Settles where each part comes from, installing what may be installed. @throws Failure that names all ways out. */
export const settleParts = async (env, command) => {
  const known = new Map();
  const lacks = (name) => {
    if (!known.has(name)) known.set(name, missing(name));
    return known.get(name);
  };
  let docker;
  const plan = (apt) => {
    const facts = { env, jars: hasJars(), chdb: hasEngine(), lacks, apt };
    const first = planParts({ ...facts, docker: 'engine' });
    // An engine is asked only where a container would be used: the question may take seconds.
    if (!first.some(({ from }) => from === 'docker')) return first;
    docker ??= dockerState();
    return planParts({ ...facts, docker });
  };
  let settled = plan(mayInstall());
  const wanted = settled.filter(({ from }) => from === 'apt').flatMap(({ packages }) => packages);
  if (wanted.length > 0) {
    aptInstall([...new Set(wanted)]);
    known.clear();
    settled = plan(false);
  }
  if (settled.some(({ from }) => from === 'nowhere')) throw new Failure(waysOut(settled, docker, command));
  for (const { part, from } of settled) if (from === 'url') await checkAddress(part, env);
  return Object.fromEntries(settled.map(({ part, from }) => [part, from]));
};
