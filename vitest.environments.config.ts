import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

/**
 * What users really have before and around the sink: `npm run test:environments`. Each file has servers of its own, so they
 * run one after the other.
 */
export default defineConfig({
  test: {
    ...base.test,
    include: ['test/environments/**/*.test.ts'],
    exclude: [],
    fileParallelism: false,
    maxWorkers: 1,
    testTimeout: 150_000,
  },
});
