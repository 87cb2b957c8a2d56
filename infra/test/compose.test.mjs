import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { PARTS } from '../src/parts.mjs';
import { findYaml } from './yaml.mjs';

const file = fileURLToPath(new URL('../docker-compose.yml', import.meta.url));
const docker = (...args) => spawnSync('docker', ['compose', ...args], { encoding: 'utf8' });
const hasCompose = docker('version').status === 0;

describe('docker-compose.yml', () => {
  it('holds the images that the launcher runs, on the loopback only', ({ skip }) => {
    const parser = findYaml();
    if (parser === undefined) skip('no YAML parser is here: the file was not read');
    const { services } = parser.parse(readFileSync(file, 'utf8'));
    for (const [part, { image }] of Object.entries(PARTS)) expect(services[part].image).toBe(image);
    for (const { ports } of Object.values(services)) for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('is what Docker Compose understands', ({ skip }) => {
    if (!hasCompose) skip('Docker Compose is not here: its own check was not run');
    expect(docker('-f', file, 'config', '-q')).toMatchObject({ status: 0, stderr: '' });
  });
});
