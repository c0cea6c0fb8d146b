import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.ts';

/**
 * For `npm run test:mutation`: the tests that need no server. Stryker kills a test process whose mutant never ends, with
 * all its children, so a server would die with it and leave its folder behind; and without one a mutant takes
 * milliseconds.
 */
export default mergeConfig(
  { ...base, test: { ...base.test, globalSetup: [], include: [] } },
  defineConfig({
    test: {
      include: [
        'test/lambda/{response,read-event}.test.ts',
        'test/timing/*.test.ts',
        'test/record/*.test.ts',
        'test/sink/{decode,sink}.test.ts',
        'test/definition/!(exactness).test.ts',
        'test/dead-letter/*.test.ts',
        'test/postgres/{copy-text,copy-backoff,flush,isolate,key,retry-and-breaker,sqlstate,statements}.test.ts',
      ],
    },
  }),
);
