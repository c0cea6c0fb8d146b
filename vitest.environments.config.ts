import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

/**
 * What users really have before and around the sink: `npm run test:environments`. Each file has servers of its own, so they
 * run one after the other.
 */
export default defineConfig({
  test: {
    ...base.test,
    include: [
      'test/environments/**/*.test.ts',
      // On releases between the oldest and the newest, which npm test has.
      'test/{authoring/infer,doctor/versions,postgres/refusals,postgres/rules-change}.test.ts',
      'test/exactness/*.test.ts',
    ],
    exclude: [],
    // All of them take ten minutes: CI takes one.
    env: { ...base.test?.env, POSTGRES_VERSIONS: process.env.CI === 'true' ? '16' : '14,15,16,17' },
    fileParallelism: false,
    maxWorkers: 1,
    testTimeout: 150_000,
  },
});
