import { MissingBrokerError } from '../../local/kafka.ts';
import { findKafka } from '../../local/kafka-distribution.ts';

/**
 * Whether this machine can run a broker; downloads it when it is not there yet. Without Java the
 * tests that need one are skipped, but not under CI=true: there it is a failure.
 */
export const kafkaHere: boolean = await findKafka({ env: process.env, onProgress: () => {} }).then(
  () => true,
  (error: unknown) => {
    if (error instanceof MissingBrokerError && process.env.CI !== 'true') return false;
    throw error;
  },
);
