import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stackFile } from '@liveboard/e2e';
import { afterAll, describe, expect, it } from 'vitest';
import { ROOT } from '../src/place.ts';
import type { Report } from '../src/report.ts';

const dir = mkdtempSync(join(tmpdir(), 'live-board-bench-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Runs a bench's short form, built, on the tests' stack; gives what it wrote. */
const run = async (bench: string, ...more: string[]): Promise<Report> => {
  const out = join(dir, `${bench}.json`);
  const args = ['test/bench/dist/main.js', bench, '--short', ...more, '--stack', stackFile(), '--out', out];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT });
  const report = JSON.parse(readFileSync(out, 'utf8')) as Report;
  for (const name of Object.keys(report.figures)) expect(stdout).toContain(name);
  return report;
};

const hasForm = (report: Report, bench: string): void => {
  expect(report).toMatchObject({ v: 1, bench, at: expect.any(String), params: expect.any(Object) });
  for (const name of ['cpu', 'cores', 'memory_gib', 'node', 'kafka', 'redis', 'clickhouse'])
    expect(report.machine).toHaveProperty(name);
  for (const { value, unit, min, max, runs } of Object.values(report.figures)) {
    expect(unit).toEqual(expect.any(String));
    expect(runs).toBeGreaterThan(0);
    expect([value, min, max].every(Number.isFinite)).toBe(true);
    expect(min <= value && value <= max).toBe(true);
  }
  for (const { value, of, over } of Object.values(report.ratios)) {
    expect(value).toBeGreaterThan(0);
    for (const name of [of, over]) expect(report.figures).toHaveProperty(name);
  }
};

describe('the short form of a bench', () => {
  it('of ingest reads the same log several times and says how cost grows', async () => {
    const report = await run('ingest', '--growth', '--runs', '2');
    hasForm(report, 'ingest');
    expect(report.params.records).toBeGreaterThanOrEqual(30_000);
    for (const name of ['ingest_cpu_us_per_event', 'ingest_rss_mb']) expect(report.figures).toHaveProperty(name);
    for (const name of ['ingest_rate_of_noop', 'ingest_rate_of_json', 'ingest_cpu_of_noop'])
      expect(report.ratios).toHaveProperty(name);
    for (const name of ['ingest_cpu_growth_rooms', 'ingest_cpu_growth_users'])
      expect(report.ratios).toHaveProperty(name);
    expect(report.figures.ingest_rate?.runs).toBe(2);
    const [many, few] = [Number(report.params.users_per_room), Number(report.params.users_per_room_tenth)];
    expect(many / few).toBeGreaterThan(8);
    expect(many / few).toBeLessThan(12);
  });

  it('of freshness ties acknowledged offsets to frames', async () => {
    const report = await run('freshness');
    hasForm(report, 'freshness');
    expect(report.params.sent).toBe(6_000);
    expect(Number(report.params.samples)).toBeGreaterThan(100);
    for (const name of ['freshness_p50_ms', 'freshness_p99_ms']) expect(report.figures).toHaveProperty(name);
  });

  it('of checkpoint sees checkpoints made while events go on', async () => {
    const report = await run('checkpoint');
    hasForm(report, 'checkpoint');
    expect(report.params.checkpoints).toBeGreaterThan(0);
    expect(report.figures.checkpoint_mb?.value).toBeGreaterThan(0.05);
  });
});
