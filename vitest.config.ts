import { defineConfig } from 'vitest/config';

/** Two projects: `unit` needs nothing but Node; `real` runs against the stack that the test command starts. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{packages,services,test}/*/test/**/*.test.{ts,tsx}', 'infra/test/**/*.test.{ts,mjs}'],
          exclude: ['**/*.real.test.ts', '**/node_modules/**'],
        },
      },
      {
        test: {
          name: 'real',
          include: ['{packages,services,test}/*/test/**/*.real.test.ts', 'infra/test/**/*.real.test.{ts,mjs}'],
          exclude: ['**/node_modules/**'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
