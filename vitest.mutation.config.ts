import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** For `npm run test:mutation`, which starts the servers: the tests of what decides about records. */
export default mergeConfig(
  { ...base, test: { ...base.test, globalSetup: [], include: [] } },
  defineConfig({
    test: {
      provide: {
        postgresUrl: process.env.TEST_POSTGRES_URL ?? '',
        sqsEndpoint: process.env.TEST_SQS_ENDPOINT ?? '',
        kafka: null,
      },
      include: [
        'test/lambda/{response,read-event}.test.ts',
        'test/timing/*.test.ts',
        'test/record/*.test.ts',
        'test/sink/*.test.ts',
        'test/definition/!(exactness|readme|types-of-definitions).test.ts',
        'test/dead-letter/*.test.ts',
        'test/postgres/!(credentials|migrate|pool).test.ts',
      ],
    },
  }),
);
