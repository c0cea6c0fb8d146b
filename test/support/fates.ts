import { DeadlineError } from '../../src/record/errors.ts';
import type { Failed, Fates } from '../../src/record/fates.ts';
import { isMalformed, type SinkRecord } from '../../src/record/record.ts';
import type { Batch, Sink } from '../../src/sink/sink.ts';

const cause = new DeadlineError('The time for the batch ran out.');

/** The records of a batch, as an array. */
export function recordsOf({ records }: Pick<Batch, 'records'>): SinkRecord[] {
  return [...records].filter((one): one is SinkRecord => !isMalformed(one));
}

/** A sink that stores all records but those that `fails` returns. */
export function sinkOf(
  fails: (records: readonly SinkRecord[]) => readonly SinkRecord[] | Promise<readonly SinkRecord[]>,
): Sink {
  return async (batch): Promise<Fates> => {
    const records = recordsOf(batch);
    const again = new Set(await fails(records));
    const failed = [...again].map((record): Failed => ({ record, cause }));
    const stored = records.filter((record) => !again.has(record));
    return { stored, passedOver: [], deadLettered: [], failed };
  };
}
