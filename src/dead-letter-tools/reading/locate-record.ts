import type { DeadLetter } from '../../dead-letter/write-dead-letter.ts';
import { decodeBase64 } from '../../record/base64.ts';
import { isIndex } from '../../record/guards.ts';
import { type SinkRecord, TIMESTAMP_TYPES } from '../../record/record.ts';

/** Where the record of a dead letter is. */
export type Location =
  | { readonly kind: 'in-dead-letter'; readonly record: SinkRecord }
  | { readonly kind: 'in-kafka'; readonly coordinates: Coordinates; readonly sha256: string | null }
  /** The record cannot be replayed. */
  | { readonly kind: 'nowhere'; readonly why: string };

export interface Coordinates {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/**
 * Finds the record of a dead letter: in the dead letter; or in Kafka, when the dead letter lacks the value,
 * or holds what came out of a malformed event and not what the producer sent.
 */
export function locateRecord(deadLetter: DeadLetter): Location {
  const { topic, partition, offset } = deadLetter.record;
  const coordinates =
    topic !== null && isIndex(partition) && isIndex(offset) ? { topic, partition, offset } : null;
  if (deadLetter.valueOmitted || deadLetter.reason === 'malformed_record') {
    if (!coordinates) return nowhere('it has no coordinates, so nobody knows which record it was');
    // The hash of a malformed record is none of what the producer sent.
    if (deadLetter.reason === 'malformed_record')
      return { kind: 'in-kafka', coordinates, sha256: null };
    return deadLetter.valueSha256 === undefined
      ? nowhere('its value was left out, and the hash of the value is missing')
      : { kind: 'in-kafka', coordinates, sha256: deadLetter.valueSha256 };
  }
  return readRecord(deadLetter.record);
}

function nowhere(why: string): Location {
  return { kind: 'nowhere', why };
}

/** Reads the record; anybody may have sent the message. A reason names the field and quotes nothing. */
function readRecord({ key, value, headers, ...rest }: DeadLetter['record']): Location {
  const { topic, partition, offset, timestamp, timestampType } = rest;
  if (topic === null || topic === '') return nowhere('topic: not a name');
  if (!isIndex(partition)) return nowhere('partition: not a whole number from 0');
  if (!isIndex(offset)) return nowhere('offset: not a whole number from 0');
  if (timestamp === null || !Number.isInteger(timestamp))
    return nowhere('timestamp: not a whole number');
  const keyBytes = readBytes(key);
  if (keyBytes === undefined) return nowhere('key: not base64');
  const valueBytes = readBytes(value);
  if (valueBytes === undefined) return nowhere('value: not base64');
  return {
    kind: 'in-dead-letter',
    record: {
      ...{ topic, partition, offset, timestamp },
      timestampType: TIMESTAMP_TYPES.find((type) => type === timestampType) ?? null,
      key: keyBytes,
      value: valueBytes,
      headers: headers.map((header) => ({
        name: header.name,
        value: readBytes(header.value) ?? null,
      })),
    },
  };
}

/** @returns undefined when the text is not base64 */
function readBytes(text: string | null): Buffer | null | undefined {
  return text === null ? null : (decodeBase64(text) ?? undefined);
}
