import { KafkaError, type KafkaFault } from '../../kafka/kafka-error.ts';
import type { RecordFetcher } from '../../kafka/range-reader.ts';

/** Errors that concern one topic only. */
const OF_ONE_TOPIC: ReadonlySet<KafkaFault> = new Set(['topic', 'permission']);

/** After Kafka was unreachable once, every other dead letter that needs it fails at once instead of waiting too. */
export function failOnce(fetcher: RecordFetcher): RecordFetcher {
  let broken: KafkaError | null = null;
  return {
    async *fetch(...range) {
      if (broken) throw broken;
      try {
        yield* fetcher.fetch(...range);
      } catch (error) {
        if (error instanceof KafkaError && !OF_ONE_TOPIC.has(error.fault)) broken = error;
        throw error;
      }
    },
    close: () => fetcher.close(),
  };
}
