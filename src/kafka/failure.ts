import { findErrorBy } from '@platformatic/kafka';
import type { KafkaConnectionSettings } from '../settings/kafka.ts';
import { SilenceError } from './answered.ts';
import { KafkaError, toKafkaError } from './kafka-error.ts';

/** Says why Kafka cannot be used; see `toKafkaError`. */
export function explainFailure(
  error: unknown,
  target: { readonly connection: KafkaConnectionSettings; readonly topic: string },
): KafkaError {
  if (!(error instanceof SilenceError)) return toKafkaError(error, target);
  const servers = target.connection.bootstrapServers.join(', ');
  return new KafkaError(
    'unreachable',
    `Kafka at ${servers} has not answered for a minute: check that its brokers run.`,
  );
}

/** Kafka's name of the first of these error codes that an error of the client holds. */
export function codeOf<T extends string>(error: unknown, codes: readonly T[]): T | undefined {
  return codes.find((code) => findErrorBy(error as Error, 'apiId', code));
}
