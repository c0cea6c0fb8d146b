import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

/**
 * The consumer's scenarios: `npm run test:scenarios`. They need a broker, kill one and wait out sessions and outages, so
 * they take longer than the rest of the tests.
 */
export default defineConfig({
  test: {
    ...base.test,
    include: ['test/scenarios/**/*.test.ts'],
    exclude: [],
    testTimeout: 120_000,
  },
});
