import type { Letter } from '../../dead-letter/message.ts';
import { decodeBase64 } from '../../record/base64.ts';
import { isIndex } from '../../record/guards.ts';
import type { SinkRecord } from '../../record/record.ts';

/** Where the record of a dead letter is. */
export type Whereabouts =
  | { readonly kind: 'here'; readonly record: SinkRecord }
  | { readonly kind: 'in-kafka'; readonly place: Place; readonly sha256: string | null }
  /** It cannot be replayed. */
  | { readonly kind: 'nowhere'; readonly why: string };

export interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/**
 * Finds the record of a dead letter: in the dead letter; or in Kafka, when the dead letter lacks the value, or holds what
 * came out of a broken event and not what the producer sent.
 */
export function whereIs(letter: Letter): Whereabouts {
  const { topic, partition, offset } = letter.record;
  const place =
    topic !== null && isIndex(partition) && isIndex(offset) ? { topic, partition, offset } : null;
  if (letter.valueOmitted || letter.reason === 'malformed_record') {
    if (!place) return nowhere('it has no coordinates, so nobody knows which record it was');
    if (!letter.valueOmitted) return { kind: 'in-kafka', place, sha256: null };
    return letter.valueSha256 === undefined
      ? nowhere('its value was left out, and no hash to know it by is there')
      : { kind: 'in-kafka', place, sha256: letter.valueSha256 };
  }
  return readRecord(letter.record);
}

function nowhere(why: string): Whereabouts {
  return { kind: 'nowhere', why };
}

/** Reads the record; anybody may have sent the message. */
function readRecord({ key, value, headers, ...rest }: Letter['record']): Whereabouts {
  const { topic, partition, offset, timestamp, timestampType } = rest;
  if (topic === null || topic === '') return nowhere('topic: not a name');
  if (!isIndex(partition)) return nowhere('partition: not a whole number from 0');
  if (!isIndex(offset)) return nowhere('offset: not a whole number from 0');
  if (timestamp === null || !Number.isInteger(timestamp))
    return nowhere('timestamp: not a whole number');
  const bytes = { key: readBytes(key), value: readBytes(value) };
  if (bytes.key === undefined) return nowhere('key: not base64');
  if (bytes.value === undefined) return nowhere('value: not base64');
  return {
    kind: 'here',
    record: {
      ...{ topic, partition, offset, timestamp },
      timestampType: timestampType === 'LOG_APPEND_TIME' ? timestampType : 'CREATE_TIME',
      key: bytes.key,
      value: bytes.value,
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
