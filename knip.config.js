/** What `npm test` holds the workspace to: no dead files or exports, no dependency that nobody uses, none that is not declared. */
export default {
  // Programs of the machine, which the launcher looks for or a test asks about.
  ignoreBinaries: ['java', 'mvn', 'apt-get', 'redis-server', 'promtool'],
  // An export that its own file uses is at most too wide.
  ignoreExportsUsedInFile: true,
  // Fonts and styles of packages are imported by style sheets.
  compilers: { css: (text) => [...text.matchAll(/@(import\s+["'][^"']+["'])/g)].map(([, line]) => line).join('\n') },
  workspaces: {
    '.': { entry: ['scripts/*.mjs', 'scripts/docs/pages.ts'] },
    infra: { project: ['src/**/*.mjs', 'test/**/*.{mjs,ts}'] },
    'infra/chdb': { entry: ['src/main.ts'] },
    'services/*': { entry: ['src/main.ts'] },
    'test/faults': { entry: ['preload/*.mjs'] },
    'test/verify': { entry: ['src/main.ts'] },
  },
};
