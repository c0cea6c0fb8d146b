import { isUtf8 } from 'node:buffer';
import type { TombstonePolicy } from '../config.ts';
import type { Unfit, UnfitReason } from '../fate.ts';
import { decodeBase64 } from '../kafka/base64.ts';
import type { Delivery, SoundDelivery } from '../kafka/read-event.ts';
import { type Row, toRow } from '../notification.ts';

/** A record that can be stored, as far as can be told without PostgreSQL. */
export interface Fit {
  readonly delivery: Delivery;
  readonly row: Row;
}

export interface Decoded {
  readonly fit: readonly Fit[];
  readonly unfit: readonly Unfit[];
  /** Tombstones that the policy ignores. */
  readonly ignored: number;
}

/**
 * Decodes the records of an event: base64, UTF-8, JSON, notification. An unfit record costs only itself.
 *
 * @param tombstones what to do with a record that has no value
 */
export function decode(deliveries: readonly Delivery[], tombstones: TombstonePolicy): Decoded {
  const fit: Fit[] = [];
  const unfit: Unfit[] = [];
  let ignored = 0;
  for (const delivery of deliveries) {
    const decoded = decodeOne(delivery);
    if ('row' in decoded) fit.push(decoded);
    else if (decoded.reason === 'tombstone' && tombstones === 'ignore') ignored += 1;
    else unfit.push(decoded);
  }
  return { fit, unfit, ignored };
}

function decodeOne(delivery: Delivery): Fit | Unfit {
  if (delivery.fault !== null) return unfitFor(delivery, 'malformed_record', delivery.fault);
  const { value } = delivery.record;
  if (value === null || value === undefined)
    return unfitFor(delivery, 'tombstone', 'value: absent');
  const bytes = decodeBase64(value);
  if (!bytes) return unfitFor(delivery, 'malformed_record', 'value: not base64');
  if (!isUtf8(bytes)) return unfitFor(delivery, 'invalid_utf8', 'value: not UTF-8');
  return parse(delivery, bytes.toString('utf8'));
}

function parse(delivery: SoundDelivery, text: string): Fit | Unfit {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's message quotes the text.
    return unfitFor(delivery, 'invalid_json', 'value: not JSON');
  }
  const row = toRow(value, delivery.record);
  if (!Array.isArray(row)) return { delivery, row: row as Row };
  const message = row.map((issue) => `${issue.path || 'value'}: ${issue.message}`).join('; ');
  return {
    ...unfitFor(delivery, 'invalid_notification', message),
    details: { sqlstate: null, constraint: null, issues: row },
  };
}

function unfitFor(delivery: Delivery, reason: UnfitReason, message: string): Unfit {
  return { delivery, reason, message, details: { sqlstate: null, constraint: null, issues: [] } };
}
