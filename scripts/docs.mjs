// `npm run docs` writes the generated pages and blocks under `docs/`; with `--check` it only says which are out of date.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundle, install } from '../infra/src/workspace.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
install(root);
mkdirSync(join(root, '.data'), { recursive: true });
const built = join(root, '.data/docs.mjs');
await bundle(join(root, 'scripts/docs/pages.ts'), built);
const { pages } = await import(pathToFileURL(built).href);
const isCheck = process.argv.includes('--check');
let stale = 0;
for (const [name, render] of Object.entries(pages)) {
  const file = join(root, 'docs', name);
  const held = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const text = render(root, held);
  if (text === held) continue;
  stale++;
  if (isCheck) console.error(`docs/${name} is out of date: npm run docs`);
  else {
    writeFileSync(file, text);
    console.log(`docs/${name} written`);
  }
}
process.exit(isCheck && stale > 0 ? 1 : 0);
