import type { ConsumerStatus } from '../consumer/status.ts';

/** The consumer as a service. Users get it too: what is imported here, their TypeScript reads. */
export interface Service {
  /**
   * Answers for its health first, then makes sure that PostgreSQL lets it in, and joins the group last: a process that
   * PostgreSQL does not let in must not take partitions from those that can store.
   *
   * @throws {StartError | KafkaError} of one sentence, when it can never work as it is set up
   */
  start(): Promise<void>;
  /** Stops in the reverse order. Can be called twice, and while `start` is under way. */
  stop(): Promise<void>;
  /** Where the consumer stands, with its partitions. */
  status(): ConsumerStatus;
}
