import type { Publisher } from '../../kafka/publisher.ts';
import type { KafkaRecord } from '../../lambda/event.ts';
import { DeadlineError } from '../../record/errors.ts';
import type { Target } from './target.ts';

/** Publishes records to a topic again. The consumer of the topic decides about them. */
export function createTopicTarget(publisher: Publisher): Target {
  return {
    async deliver(deliveries) {
      // Records from Kafka are complete, and malformed ones in dead letters were sorted out before.
      const records = deliveries.map(({ record }) => record as KafkaRecord);
      const { acknowledged, refused, failure } = await publisher.publish(records);
      const cause = failure ?? new DeadlineError('Kafka did not acknowledge it.');
      return {
        done: deliveries
          .filter((_, index) => acknowledged[index])
          .map((delivery) => ({ delivery, ending: 'published' })),
        repeats: 0,
        refused: [...refused].flatMap(([index, code]) => {
          const delivery = deliveries[index];
          return delivery
            ? [{ delivery, message: `refused by Kafka: ${code}`, rejected: null }]
            : [];
        }),
        failed: deliveries
          .filter((_, index) => !acknowledged[index] && !refused.has(index))
          .map((delivery) => ({ delivery, cause })),
      };
    },
    close: () => publisher.close(),
  };
}

/** Reports that all records would be published, if the topic can be reached; Kafka offers no way to try more. */
export function createTopicDryRun(publisher: Publisher): Target {
  let checking: ReturnType<Publisher['check']> | undefined;
  return {
    async deliver(deliveries) {
      checking ??= publisher.check();
      const cause = await checking;
      return {
        done: cause ? [] : deliveries.map((delivery) => ({ delivery, ending: 'published' })),
        repeats: 0,
        refused: [],
        failed: cause ? deliveries.map((delivery) => ({ delivery, cause })) : [],
      };
    },
    close: () => publisher.close(),
  };
}
