// Proves that imports run one way: services -> packages -> contracts; no service knows another; only these exceptions.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Packages that a package may import beside `contracts`, each with its reason. */
const ALLOWED = {
  // Types of the log, and one place for configuration.
  kafka: ['runtime'],
  'live-store': ['runtime'],
  'history-store': ['runtime'],
};
/** Nothing of ours: the independent parts. */
const ALONE = { contracts: true, simulator: true, oracle: true };

const names = (kind) => readdirSync(join(root, kind)).filter((name) => !name.startsWith('.'));
const files = (dir) =>
  readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' || entry.name === 'dist' ? [] : files(path);
    return /\.(ts|tsx|mjs)$/.test(entry.name) ? [path] : [];
  });

/** Names by which the services could be imported, as their manifests say. */
const services = new Set(
  names('services').map((name) =>
    JSON.parse(readFileSync(join(root, 'services', name, 'package.json'), 'utf8')).name.replace('@liveboard/', ''),
  ),
);
const wrong = [];

const judge = (kind, name, target) => {
  if (kind !== 'services' && target === name) return undefined;
  if (services.has(target)) return 'a service is imported by nobody';
  if (kind === 'services') return undefined;
  if (kind === 'test')
    return name === 'oracle' && !['contracts'].includes(target) ? 'the oracle stands alone' : undefined;
  if (name in ALONE) return `${name} imports nothing of ours`;
  if (target === 'contracts' || ALLOWED[name]?.includes(target)) return undefined;
  return 'a package imports only contracts';
};

for (const kind of ['services', 'packages', 'test'])
  for (const name of names(kind))
    for (const file of files(join(root, kind, name))) {
      const isTest = relative(join(root, kind, name), file).startsWith('test');
      const text = readFileSync(file, 'utf8');
      for (const [, target] of text.matchAll(/from '@liveboard\/([a-z-]+)'/g)) {
        const why = isTest ? undefined : judge(kind, name, target);
        if (why !== undefined) wrong.push(`${relative(root, file)}: imports ${target}: ${why}`);
      }
      for (const [, path] of text.matchAll(/from '(\.\.\/[^']+)'/g)) {
        const target = relative(join(root, kind, name), join(file, '..', path));
        if (target.startsWith('..')) wrong.push(`${relative(root, file)}: reaches outside its package`);
      }
    }

// Each of these libraries is wrapped once.
for (const [library, owner] of [
  ['kafkajs', 'packages/kafka'],
  ['ioredis', 'packages/live-store'],
  ['@clickhouse/client', 'packages/history-store'],
  ['chdb', 'infra/chdb'],
])
  for (const kind of ['services', 'packages'])
    for (const file of files(join(root, kind)))
      if (!relative(root, file).startsWith(owner) && readFileSync(file, 'utf8').includes(`from '${library}'`))
        wrong.push(`${relative(root, file)}: imports ${library}, which ${owner} wraps`);

for (const line of wrong) console.error(line);
process.exit(wrong.length === 0 ? 0 : 1);
