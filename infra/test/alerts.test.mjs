import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { findYaml } from './yaml.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'infra/prometheus');
const parser = findYaml();
const read = (name) => parser.parse(readFileSync(join(folder, name), 'utf8'));
const rules = () => read('alerts.yml').groups.flatMap((group) => group.rules);

/** How each service registers its figures; nothing is asked of the sources before somebody scrapes. */
const REGISTER = {
  ingest: ({ createMetrics }, registry) => createMetrics(registry, {}),
  history: ({ registerMetrics }, registry) => registerMetrics(registry, {}),
  gateway: ({ createMetrics }, registry) => createMetrics(registry, {}),
};

const metricsOf = async (service) => {
  const file = join(root, 'services', service, 'src/metrics.ts');
  const names = [];
  REGISTER[service](await import(pathToFileURL(file).href), { registerMetric: ({ name }) => names.push(name) });
  return names;
};

let known = [];
beforeAll(async () => {
  known = (await Promise.all(Object.keys(REGISTER).map(metricsOf))).flat();
}, 60_000);

/** Our figures in an expression, without what a histogram puts behind its name. */
const namesIn = (expr) =>
  [...expr.matchAll(/\bliveboard_\w+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, ''));

/** The part of a page that a link names, as GitHub makes it of a heading. */
const anchorOf = (heading) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

const anchorsOf = (file) => [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, text]) => anchorOf(text));

describe.skipIf(parser === undefined)('the alarms', () => {
  it('have names of their own, an expression, a severity and a summary', () => {
    const names = rules().map(({ alert }) => alert);
    expect(new Set(names).size).toBe(names.length);
    for (const { alert, expr, labels, annotations } of rules()) {
      expect(`${alert}: ${typeof expr}`).toBe(`${alert}: string`);
      expect(['page', 'ticket']).toContain(labels.severity);
      expect(annotations.summary).not.toBe('');
    }
  });

  it('ask for figures that a service registers', () => {
    expect(known).toContain('liveboard_ingest_lag_ms');
    for (const { expr } of rules()) for (const name of namesIn(expr)) expect(known).toContain(name);
  });

  it('name a page that is there, and a part of it', () => {
    for (const { alert, annotations } of rules()) {
      const [page, anchor] = annotations.runbook.split('#');
      expect(`${alert}: ${existsSync(join(root, page))}`).toBe(`${alert}: true`);
      if (anchor !== undefined) expect(anchorsOf(join(root, page))).toContain(anchor);
    }
  });

  it('are loaded by the configuration, whose jobs they name', () => {
    const { rule_files: files, scrape_configs: jobs } = read('prometheus.yml');
    for (const file of files) expect(existsSync(join(folder, file))).toBe(true);
    for (const { job_name: name } of jobs) expect(name).toMatch(/^liveboard-.+/);
  });

  it('are what Prometheus understands', ({ skip }) => {
    const made = spawnSync('promtool', ['check', 'rules', join(folder, 'alerts.yml')], { encoding: 'utf8' });
    if (made.error !== undefined) skip('promtool is not here: its own check was not run');
    expect(made).toMatchObject({ status: 0 });
  });
});

describe('the dashboard', () => {
  it('asks for figures that a service registers, one panel a question', () => {
    const { panels, title } = JSON.parse(readFileSync(join(root, 'infra/grafana/live-board.json'), 'utf8'));
    expect(title).toBe('LIVE Board');
    const asked = panels.flatMap(({ targets = [] }) => targets.flatMap(({ expr }) => namesIn(expr)));
    expect(asked.length).toBeGreaterThan(10);
    for (const name of asked) expect(known).toContain(name);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });
});

describe('the runbook', () => {
  it('links pages that are there', () => {
    const pages = join(root, 'docs/runbook');
    for (const page of readdirSync(pages))
      for (const [, target] of readFileSync(join(pages, page), 'utf8').matchAll(
        /\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g,
      ))
        expect(`${page}: ${target} ${existsSync(join(pages, target))}`).toBe(`${page}: ${target} true`);
  });
});
