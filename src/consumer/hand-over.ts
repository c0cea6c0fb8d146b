import type { Log } from '../kafka/source.ts';
import { errorName } from '../record/errors.ts';
import type { SinkRecord } from '../record/record.ts';
import type { Sink } from '../sink/sink.ts';
import { startDeadline } from '../timing/deadline.ts';

/** The time that one batch may take. */
const BATCH_TIMEOUT_MS = 60_000;

/**
 * Hands a batch over to the sink.
 *
 * @param waiting records that are to be delivered again, besides those of the batch
 * @param source of the records, for their dead letters
 * @returns the records that must be delivered again; after a mistake in the code those are all of them
 */
export async function handOver(
  records: readonly SinkRecord[],
  waiting: readonly SinkRecord[],
  sink: Sink,
  source: string,
  log: Log,
): Promise<ReadonlySet<SinkRecord>> {
  const deadline = startDeadline(BATCH_TIMEOUT_MS);
  try {
    const { failed } = await sink({ records, waiting, size: records.length, source }, deadline);
    const again = new Set<unknown>(failed.map(({ record }) => record));
    return new Set(records.filter((record) => again.has(record)));
  } catch (error) {
    log.warn('the sink threw, the batch is delivered again', { error: errorName(error) });
    return new Set(records);
  } finally {
    deadline.clear();
  }
}
