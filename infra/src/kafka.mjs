import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { containerName, dockerRun, ensureImage, ownUser } from './docker.mjs';
import { Failure, report } from './report.mjs';

const POM = fileURLToPath(new URL('../kafka/pom.xml', import.meta.url));

/** The folder of the broker's jars in this user's cache; named after the pom, so that another version is another folder. */
const jarFolder = () => {
  const key = createHash('sha256').update(readFileSync(POM)).digest('hex').slice(0, 12);
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'live-board', `kafka-${key}`);
};

/** Whether the jars are in the cache, so that neither Maven nor a network is needed. */
export const hasJars = () => existsSync(jarFolder());

/** Fetches the jars through Maven from the pinned pom where the cache lacks them. Returns their folder. */
const ensureJars = () => {
  const folder = jarFolder();
  if (existsSync(folder)) return folder;
  report('Kafka: fetching the broker through Maven (once, about 45 MB) ...');
  const fresh = `${folder}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${fresh}`];
  const made = spawnSync('mvn', ['-q', '-B', '-f', POM, ...goal], { encoding: 'utf8' });
  if (made.status !== 0 || !readdirSync(fresh).some((name) => name.startsWith('kafka_2.13'))) {
    rmSync(fresh, { recursive: true, force: true });
    throw new Failure(
      `Kafka: Maven could not fetch the broker. It needs a Maven repository once; or use a broker of your own:
  KAFKA_BROKERS=127.0.0.1:9092 npm start
What Maven said:
${made.stdout}${made.stderr}`,
    );
  }
  try {
    renameSync(fresh, folder);
  } catch (error) {
    // Another launcher was quicker; its jars are the same.
    rmSync(fresh, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
};

/** The broker's configuration. `bind`: where it listens; clients are always sent to the loopback. */
export const brokerProperties = ({ dir, port, controller, bind = '127.0.0.1' }) => `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controller}
listeners=PLAINTEXT://${bind}:${port},CONTROLLER://127.0.0.1:${controller}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs=${join(dir, 'log')}
auto.create.topics.enable=false
num.partitions=8
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
offsets.retention.minutes=43200
`;

const LOG4J = `status = warn
rootLogger.level = warn
rootLogger.appenderRef.out.ref = out
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d %p %c{1} %m%n
logger.server.name = kafka.server.KafkaRaftServer
logger.server.level = info
`;

const HEAP = ['-Xms256m', '-Xmx512m'];
const BIN = '/opt/kafka/bin';

/** Arguments of `docker run` for the broker, which formats its storage first where `formatId` is given. */
export const kafkaContainer = ({ name, image, dir, port, user, config, log4j, formatId }) => {
  const format = formatId === undefined ? '' : `${BIN}/kafka-storage.sh format -g -t ${formatId} -c "$1" && `;
  return dockerRun({
    name,
    image,
    dir,
    port,
    user,
    env: {
      KAFKA_HEAP_OPTS: HEAP.join(' '),
      KAFKA_LOG4J_OPTS: `-Dlog4j2.configurationFile=${log4j}`,
      LOG_DIR: join(dir, 'server-logs'),
    },
    command: ['sh', '-c', `${format}exec ${BIN}/kafka-server-start.sh "$1"`, 'sh', config],
  });
};

const newId = () => randomBytes(16).toString('base64url').replace(/^-/, 'A');

/** How to run a one-node broker (KRaft, no other service); makes its folder and formats its storage. */
export const prepareKafka = ({ dir, port, controller, image }) => {
  mkdirSync(dir, { recursive: true });
  const config = join(dir, 'server.properties');
  const log4j = join(dir, 'log4j2.properties');
  const isContainer = image !== undefined;
  writeFileSync(config, brokerProperties({ dir, port, controller, ...(isContainer ? { bind: '0.0.0.0' } : {}) }));
  writeFileSync(log4j, LOG4J);
  const isFormatted = existsSync(join(dir, 'log/meta.properties'));
  if (!isFormatted) rmSync(join(dir, 'log'), { recursive: true, force: true });
  const formatId = isFormatted ? undefined : newId();
  if (isContainer) {
    ensureImage(image);
    const name = containerName('kafka', dir);
    const args = kafkaContainer({ name, image, dir, port, user: ownUser(), config, log4j, formatId });
    return { command: 'docker', container: name, args };
  }
  const java = [...HEAP, '-XX:+UseSerialGC', `-Dlog4j2.configurationFile=${log4j}`, '-cp', `${ensureJars()}/*`];
  if (formatId !== undefined) {
    const format = ['kafka.tools.StorageTool', 'format', '-t', formatId, '-c', config];
    const made = spawnSync('java', [...java, ...format], { encoding: 'utf8' });
    if (made.status !== 0) throw new Failure(`Kafka: its storage could not be formatted\n${made.stdout}${made.stderr}`);
  }
  return { command: 'java', args: [...java, 'kafka.Kafka', config] };
};
