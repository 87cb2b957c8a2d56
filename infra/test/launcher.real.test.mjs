import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { freePort, isOpen, isReady, until } from '../src/ports.mjs';
import { servicesOf } from '../src/services.mjs';
import { allGone, cleanUp, launchIn, runGroup, upgradeStatus } from './launched.mjs';

// Each test starts and stops whole stacks, beside all the others.
vi.setConfig({ testTimeout: 300_000 });

const tested = JSON.parse(readFileSync(process.env.LIVEBOARD_TEST_STACK, 'utf8'));
const servers = {
  KAFKA_BROKERS: tested.kafka_brokers,
  REDIS_URL: tested.redis_url,
  CLICKHOUSE_URL: tested.clickhouse_url,
};
const services = servicesOf(fileURLToPath(new URL('../..', import.meta.url))).filter((name) => name !== 'simulator');
const portOf = (url) => Number(new URL(url.includes('://') ? url : `tcp://${url}`).port);

let dir;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'live-board-'));
});
afterEach(() => cleanUp(dir));

const take = async (port) => {
  const thief = createServer();
  await new Promise((done) => thief.listen(port, '127.0.0.1', done));
  return () => new Promise((done) => thief.close(done));
};

describe('a stack beside another, on its servers, under a namespace', () => {
  const start = async () => {
    const launcher = launchIn(dir, ['--namespace', 'beside_', '--no-simulator', '--ticks', 'off'], servers);
    await launcher.ready();
    return launcher;
  };

  it('says what it is, starts again what dies, takes another gateway, and leaves nothing at Ctrl-C', async () => {
    const launcher = await start();
    const { processes, gateway_url, ...stack } = launcher.stack();
    expect(stack).toMatchObject({
      v: 1,
      namespace: 'beside_',
      generation: 1,
      kafka_brokers: servers.KAFKA_BROKERS,
      redis_url: servers.REDIS_URL,
      clickhouse_url: servers.CLICKHOUSE_URL,
      clickhouse_database: 'beside_liveboard',
      dev_issuer: true,
      ticks: false,
      simulator: false,
    });
    expect(processes.map(({ name }) => name)).toEqual(services);

    process.kill(launcher.pidOf('gateway'), 'SIGKILL');
    await launcher.nextPidOf('gateway', processes.at(-1).pid);
    expect(await until(() => isReady(portOf(gateway_url)), 60_000)).toBe(true);

    const service = runGroup('npm', [
      'run',
      '--silent',
      'service',
      '--',
      'gateway',
      '--stack',
      join(dir, 'stack.json'),
    ]);
    const [, url, pid] = await service.saysSoon(/Ready: gateway (\S+) \(pid (\d+)\)/);
    const open = (origin) => upgradeStatus(url, { origin, sub: 'demo-partner' });
    expect(await open(url)).toBe(101);
    expect(await open(gateway_url)).toBe(101);
    expect(await open('http://elsewhere.example')).toBe(403);
    process.kill(Number(pid), 'SIGTERM');
    expect(await service.ended).toBe(0);

    const children = launcher.children();
    launcher.signalAll('SIGINT');
    await launcher.ended;
    expect(await allGone(children)).toBe(true);
    expect(existsSync(join(dir, 'stack.json'))).toBe(false);
  });

  it('is cleaned up by the next start after a kill -9 of the launcher or of its npm, and ends with its terminal', async () => {
    const first = await start();
    const ofFirst = first.children();
    process.kill(first.launcher(), 'SIGKILL');
    await first.ended;

    const second = await start();
    expect(second.said()).toMatch(/Cleaning up gateway .*\n[\s\S]*Cleaning up ingest/);
    expect(await allGone(ofFirst)).toBe(true);
    const ofSecond = second.children();
    process.kill(second.pid, 'SIGKILL');

    const third = await start();
    expect(await allGone(ofSecond)).toBe(true);
    const ofThird = third.children();
    third.signalAll('SIGHUP');
    await third.ended;
    expect(await allGone(ofThird)).toBe(true);
  });
});

describe('a stack with servers of its own', () => {
  const none = { KAFKA_BROKERS: undefined, REDIS_URL: undefined, CLICKHOUSE_URL: undefined };

  it('takes the ports of the last start but those that others have, and starts its servers again', async () => {
    const ports = { redis: await freePort(), kafka: await freePort() };
    writeFileSync(join(dir, 'ports.json'), JSON.stringify(ports));
    const giveBack = await take(ports.kafka);
    try {
      // Ingest is ready only once it reached the broker where the broker says that it is.
      const launcher = launchIn(dir, ['--no-simulator'], none);
      await launcher.ready();
      const { kafka_brokers, redis_url, clickhouse_url } = launcher.stack();
      expect(portOf(redis_url)).toBe(ports.redis);
      expect(portOf(kafka_brokers)).not.toBe(ports.kafka);
      for (const [name, address] of [
        ['redis', redis_url],
        ['kafka', kafka_brokers],
        ['clickhouse', clickhouse_url],
      ]) {
        const old = launcher.pidOf(name);
        process.kill(old, 'SIGKILL');
        await launcher.nextPidOf(name, old);
        expect(await until(() => isOpen(portOf(address)), 90_000)).toBe(true);
      }
      expect(launcher.stack()).toMatchObject({ kafka_brokers, redis_url, clickhouse_url });
      const children = launcher.children();
      launcher.signalAll('SIGINT');
      await launcher.ended;
      expect(await allGone(children)).toBe(true);
    } finally {
      await giveBack();
    }
  });

  it('is refused with its rule where an option or an address is wrong', async () => {
    const refused = async (args, env) => {
      const launcher = launchIn(dir, args, env);
      expect(await launcher.ended).toBe(1);
      return launcher.said();
    };
    expect(await refused(['--ticks', 'maybe'], none)).toMatch('--ticks: must be one of on off, not "maybe"');
    expect(await refused([], { ...servers, REDIS_URL: 'localhost' })).toMatch('REDIS_URL: must be like redis://');
    expect(await refused([], { ...servers, CLICKHOUSE_URL: 'localhost:8123' })).toMatch(
      'CLICKHOUSE_URL: must be like http://127.0.0.1:8123',
    );
    expect(await refused([], { ...servers, KAFKA_BROKERS: '127.0.0.1:1' })).toMatch(
      'KAFKA_BROKERS: Kafka does not answer',
    );
  });
});
