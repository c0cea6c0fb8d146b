import type { Publisher } from '../../kafka/publisher.ts';
import type { KafkaRecord } from '../../lambda/event.ts';
import { DeadlineError } from '../../timing/deadline.ts';
import type { Target } from './target.ts';

/** Puts records back onto a topic; whoever consumes it judges them. */
export function createTopicTarget(publisher: Publisher): Target {
  return {
    async deliver(deliveries) {
      // Kafka's own records are whole, and letters that are not were sorted out before.
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

/** Says that everything would be put onto the topic, where it can be reached; Kafka has no way to try more. */
export function createTopicRehearsal(publisher: Publisher): Target {
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
