import { KafkaError } from '../../kafka/errors.ts';
import type { RangeReader } from '../../kafka/range-reader.ts';

/**
 * Reads no topic but those that the sink has to do with. A message of the queue says itself where its records are: whoever may
 * send one would otherwise have any topic read, with the rights of the person who replays.
 */
export function ownTopics(reader: RangeReader, isOwn: (topic: string) => boolean): RangeReader {
  return {
    async *read(topic, ...range) {
      if (!isOwn(topic))
        throw new KafkaError(
          'permission',
          `no definition takes the topic ${topic}, so its records are not read: if you know why the message names it, give --topic ${topic}`,
        );
      yield* reader.read(topic, ...range);
    },
    close: () => reader.close(),
  };
}
