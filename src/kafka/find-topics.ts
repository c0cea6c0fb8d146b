import { kGetApi, kGetBootstrapConnection, type metadataV12 } from '@platformatic/kafka';
import type { KafkaClient } from './connection.ts';

type Response = metadataV12.MetadataResponse;
type Topics = Response['topics'];

/** A topic's name, or a pattern that the whole name must match. */
export type TopicOrPattern = string | RegExp;

/** A topic that there is. */
export interface FoundTopic {
  /** Another one when a topic is created again under its name; all the same where the cluster knows none yet. */
  readonly id: string;
  readonly partitions: number;
}

/** Kafka's own topics, and those of its tools. */
const INTERNAL = '__';

/** Whether a pattern matches a topic; internal topics match none. */
export function matchesPattern(pattern: TopicOrPattern, topic: string): boolean {
  return pattern instanceof RegExp && !topic.startsWith(INTERNAL) && pattern.test(topic);
}

/**
 * Asks Kafka which of the wanted topics there are. Of a topic that this user may not see, Kafka says that there is none.
 *
 * @returns those that there are, by name
 * @throws the client's error
 */
export async function findTopics(
  client: KafkaClient,
  wanted: readonly TopicOrPattern[],
): Promise<ReadonlyMap<string, FoundTopic>> {
  const names = wanted.filter((one) => typeof one === 'string');
  const isWanted = (topic: string) =>
    names.includes(topic) || wanted.some((one) => matchesPattern(one, topic));
  const topics = await describe(client, names.length === wanted.length ? names : null);
  return new Map(
    topics.flatMap(({ name, topicId: id, partitions: { length: partitions } }) =>
      name && partitions > 0 && isWanted(name) ? [[name, { id, partitions }] as const] : [],
    ),
  );
}

/**
 * The client's own methods fail as a whole when one topic does not exist, or one partition of the cluster has no leader.
 *
 * @param names null for all topics
 */
function describe(client: KafkaClient, names: string[] | null): Promise<Topics> {
  const { promise, resolve, reject } = Promise.withResolvers<Topics>();
  client[kGetBootstrapConnection]((error, connection) => {
    if (!connection) return reject(error);
    client[kGetApi]<metadataV12.MetadataRequest, Response>('Metadata', (error, api) => {
      if (!api) return reject(error);
      api(connection, names, false, false, (error, answer) => {
        const { response = answer } = Object(error) as { response?: Response };
        if (response) resolve(response.topics);
        else reject(error);
      });
    });
  });
  return promise;
}
