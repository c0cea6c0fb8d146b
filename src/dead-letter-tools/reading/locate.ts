import type { DeadLetter } from '../../dead-letter/message.ts';
import type { KafkaRecord } from '../../lambda/event.ts';
import { checkRecord, isIndex, type SoundDelivery } from '../../lambda/read-event.ts';
import { decodeBase64 } from '../../record/base64.ts';

/** Where the record of a letter is. */
export type Whereabouts =
  | { readonly kind: 'here'; readonly delivery: SoundDelivery }
  | { readonly kind: 'in-kafka'; readonly place: Place; readonly sha256: string | null }
  /** It cannot be replayed. */
  | { readonly kind: 'nowhere'; readonly why: string };

export interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/**
 * Finds the record of a letter: in the letter, as Lambda would deliver it, coordinates included; or in Kafka, where the
 * letter lacks the value, or holds what came out of a broken event and not what the producer sent.
 */
export function whereIs(letter: DeadLetter): Whereabouts {
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
  const delivery = checkRecord(`${topic}-${partition}`, toKafkaRecord(letter.record));
  // The fault names the field and quotes nothing.
  return delivery.fault === null ? { kind: 'here', delivery } : nowhere(delivery.fault);
}

function nowhere(why: string): Whereabouts {
  return { kind: 'nowhere', why };
}

/** The record as an event holds it; what was broken in it stays so. */
function toKafkaRecord(record: DeadLetter['record']): Omit<KafkaRecord, 'topic'> {
  const headers = record.headers.map(({ name, value }) => ({
    [name]: value === null ? null : toSigned(decodeBase64(value) ?? Buffer.alloc(0)),
  }));
  return { ...(record as unknown as KafkaRecord), headers };
}

function toSigned(bytes: Buffer): number[] {
  return Array.from(Int8Array.from(bytes));
}
