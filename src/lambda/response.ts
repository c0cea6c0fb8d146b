import { BatchFailedError } from '../record/errors.ts';
import type { Failed, Fates } from '../record/fates.ts';
import { isIndex, isObject } from '../record/guards.ts';
import type { IncomingRecord } from '../record/record.ts';
import type { BatchResponse, ItemIdentifier, KafkaEvent } from './event.ts';

/**
 * Turns the fates of an event's records into the response.
 *
 * @param records what was read of the event, in its order
 * @param partialBatchResponse whether the mapping reads `batchItemFailures`; when it does not, a normal return commits
 *   the offsets of the whole batch, whatever it says
 * @throws {BatchFailedError} so that the whole batch is delivered again: when something failed and the mapping would
 *   not read the response, or when a failed record has no offset to name it by
 */
export function respond(
  event: KafkaEvent,
  records: readonly IncomingRecord[],
  { failed }: Pick<Fates, 'failed'>,
  partialBatchResponse: boolean,
): BatchResponse {
  if (failed.length === 0) return { batchItemFailures: [] };
  const places = placesOf(event, records, failed);
  const identifiers = places.flatMap(({ partition, offset }): ItemIdentifier[] =>
    offset === null ? [] : [{ partition, offset }],
  );
  if (!partialBatchResponse || identifiers.length < failed.length)
    throw new BatchFailedError(summarize(places, failed), { cause: failed[0]?.cause });
  return { batchItemFailures: identifiers.map((itemIdentifier) => ({ itemIdentifier })) };
}

interface Place {
  readonly partition: string;
  readonly offset: number | null;
}

/**
 * The names that Lambda knows the failed records by. Partition and offset are those of the event, not built from the
 * record, as a single name that was not in the event makes Lambda deliver the whole batch again.
 */
function placesOf(
  event: KafkaEvent,
  records: readonly IncomingRecord[],
  failed: readonly Failed[],
): Place[] {
  const wanted = new Set(failed.map(({ record }) => record));
  const places: Place[] = [];
  let index = 0;
  for (const [partition, raws] of Object.entries(event.records))
    for (const raw of raws as readonly unknown[]) {
      const record = records[index];
      index += 1;
      if (!record || !wanted.has(record)) continue;
      const offset = isObject(raw) ? raw.offset : undefined;
      places.push({ partition, offset: isIndex(offset) ? offset : null });
    }
  return places;
}

/** How many records failed, in which partitions, from which offsets, and why; without data. */
function summarize(places: readonly Place[], failed: readonly Failed[]): string {
  const partitions = [...Map.groupBy(places, ({ partition }) => partition)].map(
    ([partition, those]) => {
      const offsets = those.flatMap(({ offset }) => (offset === null ? [] : [offset]));
      const first = offsets.length > 0 ? Math.min(...offsets) : 'unknown';
      return `${partition}: ${those.length} from offset ${first}`;
    },
  );
  const reasons = new Set(failed.map(({ cause }) => cause.message));
  return `${failed.length} records failed and must be delivered again (${partitions.join('; ')}). ${[...reasons].join(' ')}`;
}
