import { defineConfig } from 'vitest/config';

/** Whole commands and examples, as they are built; and wherever else a test takes whole trainings, every network or every format. */
const END_TO_END = ['test/e2e/**/*.test.ts', 'test/examples/**/*.test.ts', 'test/**/*.e2e.test.ts'];

/**
 * Rooms that start other programs, serve them, and wait for them; what downloads; and the engine that is built for a
 * machine when it is asked for.
 */
const SYSTEM = [
  'datasets/motion',
  'media',
  'serve',
  'studio',
  'encoder/pretrained',
  'engine/tensorflow',
  'platform/child-process',
  'platform/remote',
]
  .map((room) => `test/${room}/**/*.test.ts`)
  .concat('test/platform/lock-output.test.ts');

export default defineConfig({
  test: {
    reporters: ['default', './test/support/closing-line-reporter.ts'],
    // Native engines keep their own threads: one process a test file, two files at a time.
    pool: 'forks',
    maxWorkers: 2,
    // So much that only what hangs takes it, also on a machine that has other work.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // Of tests that load onnxruntime themselves.
    env: { ORT_DISABLE_TELEMETRY: '1' },
    setupFiles: './test/support/equality.ts',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...END_TO_END, ...SYSTEM],
          globalSetup: './test/support/build-dist.ts',
        },
      },
      {
        extends: true,
        test: {
          name: 'system',
          include: SYSTEM,
          exclude: END_TO_END,
          globalSetup: './test/support/build-dist.ts',
        },
      },
      {
        extends: true,
        test: { name: 'e2e', include: END_TO_END, globalSetup: './test/support/build-dist.ts' },
      },
    ],
  },
});
