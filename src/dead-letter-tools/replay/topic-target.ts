import type { Publisher } from '../../kafka/publisher.ts';
import { DeadlineError } from '../../timing/deadline.ts';
import type { Target } from './target.ts';

/** Publishes records to a topic again. The consumer of the topic decides about them. */
export function createTopicTarget(publisher: Publisher): Target {
  return {
    async deliver(records) {
      const { acknowledged, refused, failure } = await publisher.publish(records);
      const cause = failure ?? new DeadlineError('Kafka did not acknowledge it.');
      return {
        done: records
          .filter((_, index) => acknowledged[index])
          .map((record) => ({ record, ending: 'published' })),
        repeats: 0,
        refused: [...refused].flatMap(([index, code]) => {
          const record = records[index];
          return record ? [{ record, message: `refused by Kafka: ${code}`, rejected: null }] : [];
        }),
        left: [],
        failed: records
          .filter((_, index) => !acknowledged[index] && !refused.has(index))
          .map((record) => ({ record, cause })),
      };
    },
    close: () => publisher.close(),
  };
}

/** Reports that all records would be published, if the topic can be reached; Kafka offers no way to try more. */
export function createTopicDryRun(publisher: Publisher): Target {
  let checking: ReturnType<Publisher['check']> | undefined;
  return {
    async deliver(records) {
      checking ??= publisher.check();
      const cause = await checking;
      return {
        done: cause ? [] : records.map((record) => ({ record, ending: 'published' })),
        repeats: 0,
        refused: [],
        left: [],
        failed: cause ? records.map((record) => ({ record, cause })) : [],
      };
    },
    close: () => publisher.close(),
  };
}
