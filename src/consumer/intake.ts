import type { RecordSource } from '../kafka/source.ts';
import { memoryOf, type SinkRecord } from '../record/record.ts';
import type { ConsumerSettings } from '../settings/consumer.ts';
import { Batch } from './batch.ts';
import type { OffsetTracker } from './offsets.ts';

/**
 * Collects records into batches that keep their bounds, and pauses fetching while a batch is full or as much as two full
 * batches is in memory: one that waits and one under way. What is held back counts too, so that records that fail for
 * ever stop the fetching in the end, but never the memory.
 *
 * @param offsets knows all that is in memory
 */
export function createIntake(
  config: ConsumerSettings,
  source: RecordSource,
  offsets: OffsetTracker,
) {
  let batch = new Batch(config);
  /** What the batch has no room for. */
  let surplus: SinkRecord[] = [];
  let paused = false;
  let closed = false;

  function regulate(): void {
    paused =
      closed ||
      surplus.length > 0 ||
      batch.records.length >= config.maxBatchSize ||
      batch.bytes >= config.maxBatchBytes ||
      offsets.records >= 2 * config.maxBatchSize ||
      offsets.bytes >= 2 * config.maxBatchBytes;
    if (paused) source.pause();
    else source.resume();
  }

  function collect(records: readonly SinkRecord[]): void {
    // Behind one that has no room there is none for a smaller one either: it would overtake it.
    for (const record of records)
      if (surplus.length > 0 || !batch.add(record)) surplus.push(record);
    regulate();
  }

  return {
    /** Fetches or pauses, as it should be now: records that were in memory are not any more. */
    regulate,
    /** Records have arrived. */
    collect,
    /** Records have had their delay: they wait for nothing more. */
    collectAtOnce(records: readonly SinkRecord[]): void {
      collect(records);
      batch.flush();
    },
    /** Resolves when there is a batch to take. */
    due: () => batch.due,
    /** Takes the batch, and begins another. */
    take(): readonly SinkRecord[] {
      const { records } = batch;
      const rest = surplus;
      batch = new Batch(config);
      surplus = [];
      collect(rest);
      if (closed) batch.flush();
      return records;
    },
    /** Fetches nothing more; what waits can be taken now. */
    close(): void {
      closed = true;
      regulate();
      batch.flush();
    },
    get paused(): boolean {
      return paused;
    },
    /** Records that wait. */
    get waiting(): number {
      return batch.records.length + surplus.length;
    },
    get waitingBytes(): number {
      return surplus.reduce((sum, record) => sum + memoryOf(record), batch.bytes);
    },
  };
}
