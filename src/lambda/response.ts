import { BatchFailedError } from '../record/errors.ts';
import type { Failed, Fates } from '../record/fates.ts';
import type { BatchResponse, ItemIdentifier } from './event.ts';
import { isIndex, isObject } from './read-event.ts';

/**
 * Turns the fates of a batch's records into the answer for Lambda.
 *
 * @param partialBatchResponse whether the mapping reads `batchItemFailures`; where it does not, a normal return commits
 * the offsets of the whole batch, whatever it says
 * @throws {BatchFailedError} so that the whole batch is delivered again: where something failed and the mapping would
 * not read the response, or where a failed record has no offset to name it by
 */
export function answer({ failed }: Fates, partialBatchResponse: boolean): BatchResponse {
  const identifiers = failed.map(identify);
  if (failed.length > 0 && !(partialBatchResponse && identifiers.every((found) => found !== null)))
    throw new BatchFailedError(summarize(failed), { cause: failed[0]?.cause });
  return {
    batchItemFailures: identifiers
      .filter((found) => found !== null)
      .map((itemIdentifier) => ({ itemIdentifier })),
  };
}

/**
 * The name that Lambda knows the record by. Its partition is the key from the event, not one built from the record, for
 * a single name that was not in the event makes Lambda deliver the whole batch again.
 */
function identify({ delivery }: Failed): ItemIdentifier | null {
  const { partitionKey, record } = delivery;
  const offset = isObject(record) ? record.offset : undefined;
  return isIndex(offset) ? { partition: partitionKey, offset } : null;
}

/** How many records failed, in which partitions, from which offsets, and why; without data. */
function summarize(failed: readonly Failed[]): string {
  const partitions = new Map<string, { count: number; first: number | null }>();
  for (const one of failed) {
    const partition = partitions.get(one.delivery.partitionKey) ?? { count: 0, first: null };
    const offset = identify(one)?.offset ?? null;
    const first = offset === null ? partition.first : Math.min(offset, partition.first ?? offset);
    partitions.set(one.delivery.partitionKey, { count: partition.count + 1, first });
  }
  const places = [...partitions].map(
    ([key, { count, first }]) => `${key}: ${count} from offset ${first ?? 'unknown'}`,
  );
  const reasons = new Set(failed.map(({ cause }) => cause.message));
  return `${failed.length} records failed and must be delivered again (${places.join('; ')}). ${[...reasons].join(' ')}`;
}
