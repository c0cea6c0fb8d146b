import type { RecordSource } from '../src/kafka/source.ts';
import type { SinkRecord } from '../src/record/record.ts';
import type { SampleOptions } from './samples.ts';

/** The topics of a run, one of each definition: in Kafka, or in memory where there is no broker. */
export interface Topics {
  /** In the order of the definitions. */
  readonly names: readonly string[];
  readonly bootstrapServers: readonly string[];
  /**
   * Sends samples to each topic.
   *
   * @param signal ends it
   * @param onProgress is given the number of records that were acknowledged so far
   */
  produce(load: Load, signal: AbortSignal, onProgress: (records: number) => void): Promise<void>;
  /** A subscription for a consumer in this process; null where a broker serves another one. */
  readonly source: (() => RecordSource) | null;
  /** Every record that they hold, read apart from the consumer. */
  read(): AsyncIterable<SinkRecord>;
  /** Removes the topics. */
  remove(): Promise<void>;
}

/** What is sent to the topics, so that another process can send it. */
export interface Load {
  /** The file of the definitions. */
  readonly file: string;
  /** Samples for each topic, from this one on. */
  readonly first: number;
  readonly samples: number;
  /** Records a second, of all topics; null: as fast as it goes. */
  readonly rate: number | null;
  readonly options: SampleOptions;
}
