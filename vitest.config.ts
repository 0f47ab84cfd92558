import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', './test/support/closing-line-reporter.ts'],
    // Native engines keep their own threads: one process a test file, two files at a time.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Of tests that load onnxruntime themselves.
    env: { ORT_DISABLE_TELEMETRY: '1' },
  },
});
