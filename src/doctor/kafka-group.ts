import { Admin } from '@platformatic/kafka';
import { connectionOptions } from '../kafka/connection.ts';
import { explain } from '../kafka/explain.ts';
import type { KafkaConnectionSettings } from '../settings/kafka.ts';
import { type Check, passed, warned } from './check.ts';

const KAFKA_GROUP = 'kafka group';

/**
 * Who else is a member of the consumer's group. Members that take other topics are another sink: each start of one makes
 * the other join again.
 *
 * @param topics of the definitions
 */
export async function checkGroup(
  connection: KafkaConnectionSettings,
  groupId: string,
  topics: readonly (string | RegExp)[],
): Promise<Check> {
  const admin = new Admin({ clientId: 'kafka-pg-sink', ...connectionOptions(connection) });
  try {
    const group = (await admin.describeGroups({ groups: [groupId] })).get(groupId);
    const members = [...(group?.members.values() ?? [])];
    const taken = new Set(members.flatMap(({ metadata }) => metadata?.topics ?? []));
    const isOurs = (name: string) =>
      topics.some((topic) => (typeof topic === 'string' ? topic === name : topic.test(name)));
    const others = [...taken].filter((name) => !isOurs(name));
    const found = `${groupId} has ${members.length === 1 ? '1 member' : `${members.length} members`}`;
    if (others.length === 0) return passed(KAFKA_GROUP, found);
    return warned(
      KAFKA_GROUP,
      `${found}, of which some take other topics: ${others.join(', ')}`,
      'Two sinks need two groups: set KAFKA_GROUP_ID of one of them to a name of its own. During a deployment that adds or removes a definition, wait for its end.',
    );
  } catch (error) {
    const { message } = explain(error, { connection, topics: [] });
    return warned(
      KAFKA_GROUP,
      `${groupId} could not be looked at: ${message}`,
      'The consumer itself needs READ on the group; to look at it needs DESCRIBE.',
    );
  } finally {
    await admin.close();
  }
}
