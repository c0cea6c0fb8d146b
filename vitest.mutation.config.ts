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
        'test/{answer,deadline,decode,isolate,letter,lines,optimist,queue,read-event,record-id,resilience,sink,sqlstate,store}.test.ts',
      ],
    },
  }),
);
