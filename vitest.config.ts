import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: ['test/support/setup-database.ts', 'test/support/setup-kafka.ts'],
    include: ['test/**/*.test.ts'],
    // These take minutes: npm run test:environments, test:faults and test:scenarios.
    exclude: ['test/environments/**', 'test/faults/**', 'test/scenarios/**'],
    // Real servers on two cores: what takes long here is a machine under load, not a failure.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    env: {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      POWERTOOLS_LOG_LEVEL: 'SILENT',
      POWERTOOLS_METRICS_DISABLED: 'true',
    },
    coverage: {
      include: ['src/**'],
      reporter: ['text', 'lcov'],
    },
  },
});
