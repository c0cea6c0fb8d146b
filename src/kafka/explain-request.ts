import type { Cause, Explanation } from './errors.ts';

/** Explains a broker's answer to a request for topics or the group; undefined when the cause is something else. */
export function explainRequest(cause: Cause, topics: readonly string[]): Explanation | undefined {
  const topic = topics.join(' or ');
  if (cause.apiId === 'UNKNOWN_TOPIC_OR_PARTITION') return unknownTopic(topic);
  if (cause.apiId === 'LEADER_NOT_AVAILABLE')
    return [
      'unreachable',
      `A partition of the topic ${topic} has no leader at the moment: check that all of Kafka's brokers run.`,
    ];
  if (cause.apiId === 'TOPIC_AUTHORIZATION_FAILED')
    return [
      'permission',
      `Kafka does not let this user read the topic ${topic}: grant it READ on the topic, or name another topic in the definition.`,
    ];
  if (cause.apiId === 'GROUP_AUTHORIZATION_FAILED')
    return [
      'permission',
      'Kafka does not let this user join the consumer group: grant it READ on the group, or set KAFKA_GROUP_ID.',
    ];
  return undefined;
}

export function unknownTopic(topic: string): Explanation {
  return [
    'topic',
    `Kafka has no topic ${topic}: create it, or name another topic in the definition.`,
  ];
}
