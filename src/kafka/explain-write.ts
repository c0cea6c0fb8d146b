import type { KafkaConnectionSettings } from '../settings/kafka.ts';
import { findCode, KafkaError } from './errors.ts';
import { explain } from './explain.ts';

/** Says why Kafka cannot be written to; like `explain`, with the remedies of the command that publishes. */
export function explainWrite(
  error: unknown,
  target: { readonly connection: KafkaConnectionSettings; readonly topic: string },
): KafkaError {
  const { connection, topic } = target;
  const explained = explain(error, { connection, topics: [topic] });
  if (explained.fault === 'topic')
    return new KafkaError(
      'topic',
      `Kafka has no topic ${topic}: create it, or name another one with --to-topic.`,
    );
  if (explained.fault === 'permission')
    return new KafkaError(
      'permission',
      `Kafka does not let this user write to the topic ${topic}: grant it WRITE on the topic, or name another one with --to-topic.`,
    );
  if (findCode(error, ['CLUSTER_AUTHORIZATION_FAILED']))
    return new KafkaError(
      'permission',
      'Kafka does not let this user write idempotently: grant it IDEMPOTENT_WRITE on the cluster.',
    );
  return explained;
}
