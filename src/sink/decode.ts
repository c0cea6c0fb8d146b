import { type Row, toRow } from '../definition/notification.ts';
import type { Delivery, SoundDelivery } from '../lambda/read-event.ts';
import type { Rejected, RejectionReason } from '../record/fates.ts';
import type { TombstonePolicy } from '../settings/sink.ts';
import { inSlices } from '../timing/slices.ts';
import { decodeText, NOT_BASE64, NOT_UTF8 } from './text.ts';

/** A record that can be stored, as far as can be told without PostgreSQL. */
export interface Fit {
  readonly delivery: Delivery;
  readonly row: Row;
}

/** The records that are not to be stored. */
export interface Decoded {
  readonly rejected: readonly Rejected[];
  /** Tombstones that the policy ignores. */
  readonly ignored: number;
}

/**
 * Decodes the records of an event as {@link decode} does, but a few at a time: in between, those that are fit can be on
 * their way, and the process can answer others.
 *
 * @param take is handed the fit records of each slice, and should not keep them: what lives through a whole batch is what
 * costs the garbage collector its time
 */
export async function decodeInSlices(
  deliveries: readonly Delivery[],
  tombstones: TombstonePolicy,
  take: (fit: readonly Fit[]) => void,
): Promise<Decoded> {
  const rejected: Rejected[] = [];
  let ignored = 0;
  await inSlices(deliveries, (slice) => {
    const decoded = decode(slice, tombstones);
    take(decoded.fit);
    for (const one of decoded.rejected) rejected.push(one);
    ignored += decoded.ignored;
  });
  return { rejected, ignored };
}

/**
 * Decodes records: base64, UTF-8, JSON, notification. An invalid record costs only itself.
 *
 * @param tombstones what to do with a record that has no value
 */
export function decode(
  deliveries: readonly Delivery[],
  tombstones: TombstonePolicy,
): Decoded & { readonly fit: readonly Fit[] } {
  const fit: Fit[] = [];
  const rejected: Rejected[] = [];
  let ignored = 0;
  for (const delivery of deliveries) {
    const decoded = decodeOne(delivery);
    if ('row' in decoded) fit.push(decoded);
    else if (decoded.reason === 'tombstone' && tombstones === 'ignore') ignored += 1;
    else rejected.push(decoded);
  }
  return { fit, rejected, ignored };
}

function decodeOne(delivery: Delivery): Fit | Rejected {
  if (delivery.fault !== null) return reject(delivery, 'malformed_record', delivery.fault);
  const { value } = delivery.record;
  if (value === null || value === undefined) return reject(delivery, 'tombstone', 'value: absent');
  const text = decodeText(value);
  if (text === NOT_BASE64) return reject(delivery, 'malformed_record', 'value: not base64');
  if (text === NOT_UTF8) return reject(delivery, 'invalid_utf8', 'value: not UTF-8');
  return parse(delivery, text);
}

function parse(delivery: SoundDelivery, text: string): Fit | Rejected {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's message quotes the text.
    return reject(delivery, 'invalid_json', 'value: not JSON');
  }
  const row = toRow(value, delivery.record);
  if (!Array.isArray(row)) return { delivery, row: row as Row };
  const message = row.map((issue) => `${issue.path || 'value'}: ${issue.message}`).join('; ');
  return {
    ...reject(delivery, 'invalid_value', message),
    details: { sqlstate: null, constraint: null, issues: row },
  };
}

function reject(delivery: Delivery, reason: RejectionReason, message: string): Rejected {
  return { delivery, reason, message, details: { sqlstate: null, constraint: null, issues: [] } };
}
