import { KafkaError, type KafkaFault } from '../../kafka/errors.ts';
import type { RangeReader } from '../../kafka/range-reader.ts';

/** What may be otherwise with the next topic. */
const OF_ONE_TOPIC: ReadonlySet<KafkaFault> = new Set(['topic', 'permission']);

/** Where Kafka could not be reached once, the letters that need it are not kept waiting each. */
export function failOnce(reader: RangeReader): RangeReader {
  let broken: KafkaError | null = null;
  return {
    async *read(...range) {
      if (broken) throw broken;
      try {
        yield* reader.read(...range);
      } catch (error) {
        if (error instanceof KafkaError && !OF_ONE_TOPIC.has(error.fault)) broken = error;
        throw error;
      }
    },
    close: () => reader.close(),
  };
}
