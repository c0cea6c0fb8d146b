import type { RecordSource } from '../src/kafka/source.ts';
import type { SinkRecord } from '../src/record/record.ts';
import type { ConsumerSettings } from '../src/settings/consumer.ts';

/** The topic of a run: in Kafka, or in memory where there is no broker. */
export interface Topic {
  readonly name: string;
  readonly bootstrapServers: readonly string[];
  /**
   * Sends the samples.
   *
   * @param onProgress is given the number of records that were acknowledged so far
   */
  produce(samples: number, run: number, onProgress: (records: number) => void): Promise<void>;
  /** A subscription, for the consumer. */
  source(config: ConsumerSettings): RecordSource;
  /** Every record that it holds, read apart from the consumer. */
  read(): AsyncIterable<SinkRecord>;
  /** Removes the topic. */
  remove(): Promise<void>;
}
