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
  return explainGroup(cause);
}

/** Explains why a group does not take a member. */
function explainGroup({ apiId }: Cause): Explanation | undefined {
  if (apiId === 'INCONSISTENT_GROUP_PROTOCOL')
    return [
      'group',
      'The consumer group has members that share out partitions in another way, so they are no sinks (INCONSISTENT_GROUP_PROTOCOL): stop them, or set KAFKA_GROUP_ID to a name that no others have.',
    ];
  if (apiId === 'FENCED_INSTANCE_ID')
    return [
      'group',
      'Another process has the same KAFKA_GROUP_INSTANCE_ID (FENCED_INSTANCE_ID): give each process a name of its own.',
    ];
  if (apiId === 'UNKNOWN_MEMBER_ID')
    return [
      'group',
      'This member was silent for longer than KAFKA_SESSION_TIMEOUT_MS, or somebody put it out, as for a reset of the offsets: it joins again, and goes on where the group is.',
    ];
  return undefined;
}

export function unknownTopic(topic: string): Explanation {
  return [
    'topic',
    `Kafka has no topic ${topic}: create it, or name another topic in the definition.`,
  ];
}
