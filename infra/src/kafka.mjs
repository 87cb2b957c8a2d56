import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Failure, report } from './report.mjs';
import { ensure } from './tools.mjs';

const NEED = {
  part: 'Kafka',
  programs: [
    { name: 'java', args: ['-version'], package: 'openjdk-17-jre-headless' },
    { name: 'mvn', package: 'maven' },
  ],
  url: 'KAFKA_BROKERS',
  example: '127.0.0.1:9092',
};

/** The broker's jars: from the cache of this user, or through Maven from the pinned pom. Returns their folder. */
const jars = (root) => {
  const pom = join(root, 'infra/kafka/pom.xml');
  const key = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 12);
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const folder = join(cache, 'live-board', `kafka-${key}`);
  if (existsSync(folder)) {
    ensure({ ...NEED, programs: NEED.programs.slice(0, 1) });
    return folder;
  }
  ensure(NEED);
  report('Kafka: fetching the broker through Maven (once, about 45 MB) ...');
  const fresh = `${folder}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  const args = [
    '-q',
    '-B',
    '-f',
    pom,
    'dependency:copy-dependencies',
    '-DincludeScope=runtime',
    `-DoutputDirectory=${fresh}`,
  ];
  const made = spawnSync('mvn', args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (made.status !== 0 || !readdirSync(fresh).some((name) => name.startsWith('kafka_2.13'))) {
    rmSync(fresh, { recursive: true, force: true });
    throw new Failure(
      'Kafka: Maven could not fetch the broker (its reason stands above). Check the network, or use a broker of your own:\n  KAFKA_BROKERS=127.0.0.1:9092 npm start',
    );
  }
  renameSync(fresh, folder);
  return folder;
};

const properties = (dir, port, controller) => `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controller}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}
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

/** A one-node broker (KRaft, no other service). `prepare` makes its folder and says how to run it. */
export const prepareKafka = (root, dir, port, controller) => {
  const classpath = `${jars(root)}/*`;
  mkdirSync(dir, { recursive: true });
  const config = join(dir, 'server.properties');
  const log4j = join(dir, 'log4j2.properties');
  writeFileSync(config, properties(dir, port, controller));
  writeFileSync(log4j, LOG4J);
  const java = ['-Xms256m', '-Xmx512m', '-XX:+UseSerialGC', `-Dlog4j2.configurationFile=${log4j}`, '-cp', classpath];
  if (!existsSync(join(dir, 'log/meta.properties'))) {
    rmSync(join(dir, 'log'), { recursive: true, force: true });
    const id = randomBytes(16).toString('base64url').replace(/^-/, 'A');
    const made = spawnSync('java', [...java, 'kafka.tools.StorageTool', 'format', '-t', id, '-c', config], {
      encoding: 'utf8',
    });
    if (made.status !== 0) throw new Failure(`Kafka: its storage could not be formatted\n${made.stdout}${made.stderr}`);
  }
  return { command: 'java', args: [...java, 'kafka.Kafka', config] };
};
