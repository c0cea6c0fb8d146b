import { MissingBrokerError, startKafka } from './kafka.ts';
import { createKafkaTopics } from './kafka-topics.ts';
import { createMemoryTopics } from './memory-topics.ts';
import type { Options } from './options.ts';
import type { Topics } from './topics.ts';

/**
 * Creates the topics of a run: on the broker that the environment names, on one that is started, or in memory where there is
 * no Java to start one.
 *
 * @param cleanup is given what must be stopped or removed
 * @throws Error of one line where the broker cannot be started or reached
 */
export async function startTopics(
  { kafkaPort }: Options,
  names: readonly string[],
  cleanup: AsyncDisposableStack,
  say: (line: string) => void,
): Promise<Topics> {
  const named = process.env.KAFKA_BOOTSTRAP_SERVERS;
  if (named) {
    const topics = await createKafkaTopics(named.split(','), names);
    cleanup.defer(() => topics.remove());
    say(`Kafka: the broker at ${named}, topic${names.length > 1 ? 's' : ''} ${names.join(', ')}`);
    return topics;
  }
  try {
    const broker = await startKafka({
      onProgress: say,
      ...(kafkaPort ? { port: kafkaPort } : {}),
    });
    cleanup.defer(() => broker.stop());
    return await createKafkaTopics([broker.bootstrapServers], names);
  } catch (error) {
    if (!(error instanceof MissingBrokerError) || process.env.CI === 'true') throw error;
    say(`${error.message} Going on with ${names.length > 1 ? 'topics' : 'a topic'} in memory.`);
    return createMemoryTopics(names);
  }
}
