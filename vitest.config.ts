import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { SOURCE_NODE_OPTIONS } from './build/node-options.ts';

export default defineConfig({
  test: {
    reporters: ['default', './test/summary-reporter.ts'],
    coverage: { provider: 'v8', include: ['src/**'] },
    execArgv: [...SOURCE_NODE_OPTIONS],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/pack/**', 'test/bench/**', 'test/renderer/**', 'test/clients/**'],
          // What is waited for comes; how soon depends on what else the machine does.
          testTimeout: 30_000,
          hookTimeout: 60_000,
          expect: { poll: { timeout: 15_000 } },
          // All processors: these wait for each other's sockets more than they compute.
          maxWorkers: availableParallelism(),
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // What is waited for is often a process of its own.
          expect: { poll: { timeout: 15_000 } },
          // Alone: some of it measures what a person would feel.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // The package, as it is built offline around a stand-in for Electron.
        test: {
          name: 'pack',
          include: ['test/pack/**/*.test.ts'],
          testTimeout: 60_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // Real command-line clients, large, so they have an install of their own: npm ci --prefix test/clients
        test: {
          name: 'clients',
          include: ['test/clients/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
