import type { CompiledSink, Decoded } from '../definition/compile.ts';
import { DefinitionError } from '../definition/definition-error.ts';
import type { CompiledSinks } from '../definition/sinks.ts';
import { ignoresTombstones } from '../definition/states.ts';
import { isSinkError } from '../record/errors.ts';
import { type Failed, type PassedOver, type Rejected, reject } from '../record/fates.ts';
import { type IncomingRecord, isMalformed, type SinkRecord } from '../record/record.ts';
import type { RecordRow } from '../record/row.ts';
import type { TombstonePolicy } from '../settings/sink.ts';
import { inSlices } from '../timing/slices.ts';

/** The records that are not to be stored. */
export interface NotStored {
  readonly rejected: readonly Rejected[];
  readonly passedOver: readonly PassedOver[];
  readonly failed: readonly Failed[];
}

/** Finds the definition of a topic. */
type SinkOf = CompiledSinks['sinkOf'];

/**
 * Decodes records as {@link decode} does, but a few at a time: in between, rows can be on their way, and the process can
 * answer others.
 *
 * @param take gets the rows of each slice, and should not keep them: what lives through a whole batch is what costs the
 *   garbage collector its time
 */
export async function decodeInSlices(
  records: Iterable<IncomingRecord>,
  sinkOf: SinkOf,
  tombstones: TombstonePolicy,
  take: (rows: readonly RecordRow[]) => void,
): Promise<NotStored> {
  const rejected: Rejected[] = [];
  const passedOver: PassedOver[] = [];
  const failed: Failed[] = [];
  await inSlices(records, (slice) => {
    const decoded = decode(slice, sinkOf, tombstones);
    take(decoded.rows);
    rejected.push(...decoded.rejected);
    passedOver.push(...decoded.passedOver);
    failed.push(...decoded.failed);
  });
  return { rejected, passedOver, failed };
}

/**
 * Decodes records to rows, each by the definition of its topic. An invalid record costs only itself. One of a topic that
 * has no definition is failed, whatever is in it: nobody has said that it is invalid (promise P4).
 *
 * @param tombstones what becomes of a record that has no value, unless its definition says
 */
export function decode(
  records: readonly IncomingRecord[],
  sinkOf: SinkOf,
  tombstones: TombstonePolicy,
): NotStored & { readonly rows: readonly RecordRow[] } {
  const rows: RecordRow[] = [];
  const rejected: Rejected[] = [];
  const passedOver: PassedOver[] = [];
  const failed: Failed[] = [];
  for (const record of records) {
    if (isMalformed(record)) {
      rejected.push(reject(record, 'malformed_record', record.malformed));
      continue;
    }
    if (record.unreadable !== undefined) {
      rejected.push(reject(record, 'malformed_record', record.unreadable));
      continue;
    }
    const sink = sinkOf(record.topic);
    if (isSinkError(sink)) failed.push({ record, cause: sink });
    else if (record.value === null && ignoresTombstones(sink.table, tombstones))
      passedOver.push({ record, rule: 'tombstone' });
    else {
      const decoded = decodeBy(sink, record);
      if (isSinkError(decoded)) failed.push({ record, cause: decoded });
      else if ('row' in decoded) rows.push(decoded);
      else if ('rule' in decoded) passedOver.push(decoded);
      else rejected.push(decoded);
    }
  }
  return { rows, rejected, passedOver, failed };
}

/** What a definition does wrong fails its own records, and no others of the batch. */
function decodeBy(sink: CompiledSink, record: SinkRecord): Decoded | DefinitionError {
  try {
    return sink.decode(record);
  } catch (error) {
    if (error instanceof DefinitionError) return error;
    throw error;
  }
}

/** Decodes what belongs into tables of states; leaves out what is no row, whose key nobody knows. */
export function decodeStates(records: readonly SinkRecord[], sinkOf: SinkOf): RecordRow[] {
  return records.flatMap((record) => {
    const sink = sinkOf(record.topic);
    if (isSinkError(sink) || !sink.table.states) return [];
    const decoded = decodeBy(sink, record);
    return !isSinkError(decoded) && 'row' in decoded ? [decoded] : [];
  });
}
