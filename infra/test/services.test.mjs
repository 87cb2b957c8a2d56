import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkEnvironment, serviceEnv } from '../src/services.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const stack = {
  kafka_brokers: '127.0.0.1:1',
  redis_url: 'redis://127.0.0.1:2',
  clickhouse_url: 'http://127.0.0.1:3',
  namespace: 'ns_',
  generation: 3,
  ticks: false,
  dev_issuer: true,
  gateway_url: 'http://127.0.0.1:8080',
};
const envOf = (name, port, env = {}) => serviceEnv(name, { root, dir: '/d', stack, port, env });

describe('what a service is told', () => {
  it('are the stack’s addresses, and its own settings from the launcher’s environment', () => {
    const env = {
      PATH: '/bin',
      LIVEBOARD_INGEST_FLUSH_MS: '100',
      LIVEBOARD_MAX_FRAMES_PER_SECOND: '9',
      LIVEBOARD_TEST_STACK: 'x',
    };
    expect(envOf('ingest', 5, env)).toEqual({
      PATH: '/bin',
      KAFKA_BROKERS: stack.kafka_brokers,
      REDIS_URL: stack.redis_url,
      LIVEBOARD_NAMESPACE: 'ns_',
      LIVEBOARD_LOG_GENERATION: '3',
      LIVEBOARD_INGEST_TICKS: 'off',
      LIVEBOARD_HEALTH_PORT: '5',
      LIVEBOARD_INGEST_FLUSH_MS: '100',
    });
    expect(envOf('gateway', 5, env)).toMatchObject({ LIVEBOARD_MAX_FRAMES_PER_SECOND: '9', LIVEBOARD_PORT: '5' });
  });

  it('are the address of ClickHouse only where a service knows such a setting', () => {
    const settings = (text) => {
      const own = mkdtempSync(join(tmpdir(), 'live-board-'));
      mkdirSync(join(own, 'services/history/src'), { recursive: true });
      writeFileSync(join(own, 'services/history/src/config.ts'), `export const SETTINGS = {\n${text}\n};\n`);
      const env = serviceEnv('history', { root: own, dir: '/d', stack, port: 5, env: { LIVEBOARD_PARTITIONS: '4' } });
      rmSync(own, { recursive: true });
      return env;
    };
    expect(settings('  CLICKHOUSE_URL: url,\n  LIVEBOARD_PARTITIONS: count,')).toEqual({
      KAFKA_BROKERS: stack.kafka_brokers,
      REDIS_URL: stack.redis_url,
      CLICKHOUSE_URL: stack.clickhouse_url,
      LIVEBOARD_NAMESPACE: 'ns_',
      LIVEBOARD_LOG_GENERATION: '3',
      LIVEBOARD_HEALTH_PORT: '5',
      LIVEBOARD_PARTITIONS: '4',
    });
    expect(settings('  OTHER: count,')).not.toHaveProperty('CLICKHOUSE_URL');
    expect(settings('  OTHER: count,')).not.toHaveProperty('LIVEBOARD_PARTITIONS');
  });

  it('lets the pages of the stack’s gateway and of this one open the feed', () => {
    expect(envOf('gateway', 8081).LIVEBOARD_ORIGINS.split(',')).toEqual([
      'http://127.0.0.1:8080',
      'http://127.0.0.1:8081',
      'http://localhost:8081',
    ]);
  });

  it('gives the rooms as many partitions as the log has', () => {
    expect(envOf('simulator', 5, { LIVEBOARD_PARTITIONS: '4' }).LIVEBOARD_SIMULATOR_PARTITIONS).toBe('4');
  });
});

describe('the launcher’s environment', () => {
  it('may hold settings of any service', () => {
    const env = { LIVEBOARD_LOG_LEVEL: 'debug', LIVEBOARD_SIMULATOR_ROOMS: '5', LIVEBOARD_NAMESPACE: '', OTHER: '1' };
    expect(() => checkEnvironment(root, env)).not.toThrow();
  });

  it('may not hold names that nobody reads', () => {
    expect(() => checkEnvironment(root, { LIVEBOARD_INGEST_FLUSH: '1' })).toThrow(/unknown.*LIVEBOARD_INGEST_FLUSH$/);
  });
});
