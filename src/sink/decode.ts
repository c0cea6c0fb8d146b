import { toRow } from '../definition/notification.ts';
import { type PassedOver, type Rejected, reject } from '../record/fates.ts';
import { type IncomingRecord, isMalformed, type SinkRecord } from '../record/record.ts';
import type { RecordRow } from '../record/row.ts';
import { decodeUtf8 } from '../record/utf8.ts';
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
 * @param take gets the rows of each slice, and should not keep them: what lives through a whole batch is what costs the
 *   garbage collector its time
 */
export async function decodeInSlices(
  records: Iterable<IncomingRecord>,
  tombstones: TombstonePolicy,
  take: (rows: readonly RecordRow[]) => void,
): Promise<NotStored> {
  const rejected: Rejected[] = [];
  const passedOver: PassedOver[] = [];
  await inSlices(records, (slice) => {
    const decoded = decode(slice, tombstones);
    take(decoded.rows);
    rejected.push(...decoded.rejected);
    passedOver.push(...decoded.passedOver);
  });
  return { rejected, passedOver };
}

/**
 * Decodes records: UTF-8, JSON, row. An invalid record costs only itself.
 *
 * @param tombstones what becomes of a record that has no value
 */
export function decode(
  records: readonly IncomingRecord[],
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
    const decoded = decodeOne(record);
    if ('row' in decoded) rows.push(decoded);
    else rejected.push(decoded);
  }
  return { rows, rejected, passedOver };
}

function isTombstone(record: IncomingRecord): record is SinkRecord {
  return !isMalformed(record) && record.value === null;
}

function decodeOne(record: IncomingRecord): RecordRow | Rejected {
  if (isMalformed(record)) return reject(record, 'malformed_record', record.malformed);
  if (record.value === null) return reject(record, 'tombstone', 'value: absent');
  const text = decodeUtf8(record.value);
  return text === null ? reject(record, 'invalid_utf8', 'value: not UTF-8') : parse(record, text);
}

function parse(record: SinkRecord, text: string): RecordRow | Rejected {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's message quotes the text.
    return reject(record, 'invalid_json', 'value: not JSON');
  }
  const row = toRow(value, record);
  if ('row' in row) return { record, row: row.row };
  const message = row.issues
    .map((issue) => `${issue.path || 'value'}: ${issue.message}`)
    .join('; ');
  return reject(record, 'invalid_value', message, row.issues);
}
