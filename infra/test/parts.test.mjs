import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { prepareClickhouse, serverConfig, usersConfig } from '../src/clickhouse.mjs';
import { containerName, dockerRun } from '../src/docker.mjs';
import { brokerProperties, kafkaContainer } from '../src/kafka.mjs';
import { addressesOf, planParts, waysOut } from '../src/parts.mjs';
import { redisArguments } from '../src/redis.mjs';

const bare = {
  env: {},
  jars: false,
  chdb: true,
  lacks: (name) => (name === 'java' ? 'java 11 is older than 17' : `${name} not found`),
  docker: 'none',
  apt: false,
};
const sources = (facts) => Object.fromEntries(planParts({ ...bare, ...facts }).map(({ part, from }) => [part, from]));

describe('where a part comes from', () => {
  it('is its address, before anything of this machine', () => {
    const env = { KAFKA_BROKERS: 'k:1', REDIS_URL: 'redis://r', CLICKHOUSE_URL: 'http://c' };
    expect(sources({ env, lacks: () => undefined, docker: 'engine', apt: true })).toEqual({
      redis: 'url',
      kafka: 'url',
      clickhouse: 'url',
    });
  });

  it('is what is installed, before a container', () => {
    expect(sources({ lacks: () => undefined, docker: 'engine', apt: true })).toEqual({
      redis: 'native',
      kafka: 'native',
      clickhouse: 'native',
    });
  });

  it('is what root may install, before a container', () => {
    expect(sources({ docker: 'engine', apt: true })).toEqual({ redis: 'apt', kafka: 'apt', clickhouse: 'chdb' });
  });

  it('is a container only where an engine answers', () => {
    expect(sources({ docker: 'engine' })).toMatchObject({ redis: 'docker', kafka: 'docker' });
    expect(sources({ docker: 'client' })).toMatchObject({ redis: 'nowhere', kafka: 'nowhere' });
  });

  it('is, for ClickHouse, the engine of the workspace before a container, and a container where there is no such engine', () => {
    expect(sources({ docker: 'engine' })).toMatchObject({ clickhouse: 'chdb' });
    expect(sources({ docker: 'engine', chdb: false, apt: true })).toMatchObject({ clickhouse: 'docker' });
    expect(sources({ chdb: false, apt: true })).toMatchObject({ clickhouse: 'nowhere' });
  });

  it('is decided for each part alone, and Maven is needed only where its jars are not cached', () => {
    const lacks = (name) => (name === 'mvn' ? 'mvn not found' : undefined);
    expect(sources({ lacks, docker: 'engine' })).toEqual({ redis: 'native', kafka: 'docker', clickhouse: 'native' });
    expect(sources({ lacks, jars: true })).toEqual({ redis: 'native', kafka: 'native', clickhouse: 'native' });
  });
});

describe('the one message', () => {
  it('names all that is missing and every way out, with commands to copy', () => {
    expect(waysOut(planParts(bare), 'none', 'npm start')).toBe(
      [
        'Redis cannot be started here: redis-server not found.',
        'Kafka cannot be started here: java 11 is older than 17, mvn not found.',
        'Any one of these helps; then run npm start again:',
        '  install it     sudo apt-get update && sudo apt-get install -y --no-install-recommends redis-server default-jre-headless maven',
        '  use Docker     sudo apt-get update && sudo apt-get install -y docker.io && sudo usermod -aG docker "$USER"   (then sign in anew)',
        '  use your own   REDIS_URL=redis://127.0.0.1:6379 KAFKA_BROKERS=127.0.0.1:9092 npm start',
      ].join('\n'),
    );
  });

  it('leaves out what is there', () => {
    const lacks = (name) => (name === 'redis-server' ? 'redis-server not found' : undefined);
    const text = waysOut(planParts({ ...bare, lacks }), 'client', 'npm test');
    expect(text).not.toMatch(/Kafka|KAFKA|maven/);
    expect(text).toMatch(/sudo systemctl start docker/);
    expect(text).toMatch(/REDIS_URL=redis:\/\/127.0.0.1:6379 npm test$/);
  });
});

describe('a ClickHouse that cannot be installed', () => {
  it('is asked for without a line of apt', () => {
    const lacks = (name) => (name === 'clickhouse' ? 'clickhouse not found' : undefined);
    expect(waysOut(planParts({ ...bare, lacks, chdb: false }), 'client', 'npm start').split('\n')).toEqual([
      'ClickHouse cannot be started here: clickhouse not found.',
      'Any one of these helps; then run npm start again:',
      expect.stringMatching(/^ {2}use Docker {5}/),
      '  use your own   CLICKHOUSE_URL=http://127.0.0.1:8123 npm start',
    ]);
  });
});

describe('addresses of one’s own', () => {
  it('are read', () => {
    expect(addressesOf('kafka', 'a:9092, b:9093')).toEqual([
      { host: 'a', port: 9092 },
      { host: 'b', port: 9093 },
    ]);
    expect(addressesOf('clickhouse', 'https://u:p@c.example')).toEqual([{ host: 'c.example', port: 8443 }]);
    expect(addressesOf('redis', 'redis://:secret@[::1]')).toEqual([{ host: '::1', port: 6379 }]);
  });

  it.each([
    ['kafka', 'localhost'],
    ['kafka', ''],
    ['redis', 'localhost:6379'],
    ['redis', ''],
    ['clickhouse', '127.0.0.1:8123'],
  ])('%s "%s" is refused', (part, value) => expect(addressesOf(part, value)).toBeUndefined());
});

describe('containers', () => {
  const place = { dir: '/d/kafka', port: 20_001, user: '7:8' };

  it('are named after part and folder', () => {
    expect(containerName('redis', '/a')).toMatch(/^liveboard-redis-[0-9a-f]{10}$/);
    expect(containerName('redis', '/a')).not.toBe(containerName('redis', '/b'));
    expect(containerName('redis', '/a')).toBe(containerName('redis', '/a'));
  });

  it('run attached, are removed at their end, publish on the loopback only and write in the stack’s folder', () => {
    const args = dockerRun({
      name: 'n',
      image: 'redis:7',
      ...place,
      dir: '/d',
      command: ['redis-server', '--port', '1'],
    });
    expect(args.join(' ')).toBe(
      'run --rm --name n --user 7:8 --publish 127.0.0.1:20001:20001 --mount type=bind,source=/d,target=/d --workdir /d ' +
        '--entrypoint redis-server redis:7 --port 1',
    );
  });

  it('hold a broker that formats its storage once', () => {
    const config = '/d/kafka/server.properties';
    const of = (more) => kafkaContainer({ name: 'n', image: 'i', ...place, config, log4j: '/d/kafka/l', ...more });
    expect(of({ formatId: 'ID' }).slice(-6)).toEqual(
      [
        'i',
        '-c',
        '/opt/kafka/bin/kafka-storage.sh format -g -t ID -c "$1" && exec /opt/kafka/bin/kafka-server-start.sh "$1"',
        'sh',
        config,
      ].toSpliced(0, 0, 'sh'),
    );
    expect(of({}).at(-3)).toBe('exec /opt/kafka/bin/kafka-server-start.sh "$1"');
  });
});

describe('configurations', () => {
  it('send clients of a container’s broker to the loopback', () => {
    const text = brokerProperties({ dir: '/d', port: 20_001, controller: 20_002, bind: '0.0.0.0' });
    expect(text).toMatch('listeners=PLAINTEXT://0.0.0.0:20001,CONTROLLER://127.0.0.1:20002\n');
    expect(text).toMatch('advertised.listeners=PLAINTEXT://127.0.0.1:20001\n');
  });

  it('let a ClickHouse listen on the loopback and serve no other user without a password', () => {
    const text = serverConfig({ dir: '/d', port: 20_001 });
    expect(text).toMatch(
      '<listen_host>127.0.0.1</listen_host>\n  <http_port>20001</http_port>\n  <path>/d/data/</path>',
    );
    expect(text).not.toMatch(/tcp_port|interserver/);
    expect(text).toMatch(
      /<backups><type>local<\/type><path>\/d\/backups\/<\/path><\/backups>[\s\S]*<allowed_disk>backups</,
    );
    expect(usersConfig({ networks: ['127.0.0.1'] })).toMatch('<networks><ip>127.0.0.1</ip></networks>');
  });

  it('give the engine of the workspace threads enough and one zone of time', () => {
    const dir = join(mkdtempSync(join(tmpdir(), 'live-board-')), 'c');
    const { args, env } = prepareClickhouse({ dir, port: 7, from: 'chdb' });
    expect(args).toEqual(['--enable-source-maps', 'infra/chdb/dist/main.js', '--dir', dir, '--port', '7']);
    expect(env).toMatchObject({ TZ: 'UTC', UV_THREADPOOL_SIZE: '16' });
    rmSync(join(dir, '..'), { recursive: true });
  });

  it('protect a native Redis and keep its append-only file', () => {
    const args = redisArguments({ dir: '/d', port: 1 }).join(' ');
    expect(args).toBe(
      '--port 1 --bind 127.0.0.1 --protected-mode yes --dir /d --save  --appendonly yes --appendfsync everysec --daemonize no',
    );
  });
});
