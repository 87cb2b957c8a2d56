import { defineConfig } from 'vitest/config';

/** Scripts for other engines are text to us, in tests as in the bundles. */
const textFiles = {
  name: 'text-files',
  transform: (code: string, id: string) =>
    /\.(lua|sql)$/.test(id) ? { code: `export default ${JSON.stringify(code)};`, map: null } : undefined,
};

/** Two projects: `unit` needs nothing but Node; `real` runs against the stack that the test command starts. */
export default defineConfig({
  test: {
    projects: [
      {
        plugins: [textFiles],
        test: {
          name: 'unit',
          include: ['{packages,services,test}/*/test/**/*.test.{ts,tsx}', 'infra/{test,chdb/test}/**/*.test.{ts,mjs}'],
          exclude: ['**/*.real.test.*', '**/node_modules/**'],
        },
      },
      {
        plugins: [textFiles],
        test: {
          name: 'real',
          include: [
            '{packages,services,test}/*/test/**/*.real.test.ts',
            'infra/{test,chdb/test}/**/*.real.test.{ts,mjs}',
          ],
          exclude: ['**/node_modules/**'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
