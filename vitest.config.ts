import { defineConfig } from 'vitest/config'

// Rooms resolve to their sources; without this a test would load the last build instead.
const resolve = { conditions: ['source'] }

export default defineConfig({
  resolve,
  ssr: { resolve },
  oxc: { jsx: { runtime: 'automatic', importSource: 'hono/jsx' } },
  test: {
    // Most tests wait for a store, so a few more files than cores run at once.
    maxWorkers: 4,
    // Pages of one browser: more at once take so long that an undo time is over before it was clicked.
    maxConcurrency: 2,
    // What is waited for comes at once or not at all; a busy machine makes a second of that too little.
    expect: { poll: { timeout: 10_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          testTimeout: 20_000,
          // Their files share no state; keeping each apart would cost more than running them.
          pool: 'threads',
          isolate: false,
          include: [
            '{src,workers,db,scripts}/**/*.test.{ts,tsx,mjs}',
            'tests/*.test.ts',
            'tests/{bench,contracts}/**/*.test.ts',
            'tests/chaos/{plan,proxy,checker}.test.ts',
          ],
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          // Most of a file's time went into importing what the file before it had imported.
          isolate: false,
          include: ['tests/integration/**/*.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          globalSetup: 'tests/support/house.ts',
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // A browser and a whole product each: two at once, when the others are done.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'chaos',
          include: ['tests/chaos/run.test.ts'],
          testTimeout: 300_000,
          // It counts calls by the millisecond, so it has the machine to itself.
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
