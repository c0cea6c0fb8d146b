import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** For `npm run test:mutation`: the tests of what is mutated, without Kafka and without the programs around it. */
export default mergeConfig(
  { ...base, test: { ...base.test, globalSetup: [] } },
  defineConfig({
    test: {
      globalSetup: 'test/support/setup-database.ts',
      exclude: [
        'test/faults/**',
        'test/local/**',
        'test/consumer/kafka.test.ts',
        'test/{start,bundle,privacy,requirements,migrate}.test.ts',
      ],
    },
  }),
);
