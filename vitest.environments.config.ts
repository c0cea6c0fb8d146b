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
      // On the releases between the oldest and the newest, which npm test has.
      'test/{authoring/infer,doctor/versions,postgres/refusals,postgres/rules-change}.test.ts',
      'test/exactness/*.test.ts',
    ],
    exclude: [],
    env: { ...base.test?.env, POSTGRES_VERSIONS: '14,15,16,17' },
    fileParallelism: false,
    maxWorkers: 1,
    testTimeout: 150_000,
  },
});
