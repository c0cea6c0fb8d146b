import type { CompiledSink, Decoded } from '../definition/compile.ts';
import { type PassedOver, type Rejected, reject } from '../record/fates.ts';
import { type IncomingRecord, isMalformed, type SinkRecord } from '../record/record.ts';
import type { RecordRow } from '../record/row.ts';
import type { TombstonePolicy } from '../settings/sink.ts';
import { inSlices } from '../timing/slices.ts';

/** The records that must not be stored. */
export interface NotStored {
  readonly rejected: readonly Rejected[];
  readonly passedOver: readonly PassedOver[];
}

/**
 * Decodes records as {@link decode} does, but a few at a time: in between, rows can be on their way, and the process can
 * answer others.
 *
 * @param compiled the definition of their topic
 * @param take gets the rows of each slice, and should not keep them: what lives through a whole batch is what costs the
 *   garbage collector its time
 */
export async function decodeInSlices(
  records: Iterable<IncomingRecord>,
  compiled: Pick<CompiledSink, 'decode'>,
  tombstones: TombstonePolicy,
  take: (rows: readonly RecordRow[]) => void,
): Promise<NotStored> {
  const rejected: Rejected[] = [];
  const passedOver: PassedOver[] = [];
  await inSlices(records, (slice) => {
    const decoded = decode(slice, compiled, tombstones);
    take(decoded.rows);
    rejected.push(...decoded.rejected);
    passedOver.push(...decoded.passedOver);
  });
  return { rejected, passedOver };
}

/**
 * Decodes records to rows. An invalid record costs only itself.
 *
 * @param compiled the definition of their topic
 * @param tombstones what becomes of a record that has no value
 */
export function decode(
  records: readonly IncomingRecord[],
  compiled: Pick<CompiledSink, 'decode'>,
  tombstones: TombstonePolicy,
): NotStored & { readonly rows: readonly RecordRow[] } {
  const rows: RecordRow[] = [];
  const rejected: Rejected[] = [];
  const passedOver: PassedOver[] = [];
  for (const record of records) {
    if (tombstones === 'ignore' && isTombstone(record)) {
      passedOver.push({ record, rule: 'tombstone' });
      continue;
    }
    const decoded: Decoded = isMalformed(record)
      ? reject(record, 'malformed_record', record.malformed)
      : compiled.decode(record);
    if ('row' in decoded) rows.push(decoded);
    else if ('rule' in decoded) passedOver.push(decoded);
    else rejected.push(decoded);
  }
  return { rows, rejected, passedOver };
}

function isTombstone(record: IncomingRecord): record is SinkRecord {
  return !isMalformed(record) && record.value === null;
}
