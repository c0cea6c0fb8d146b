import type { DeadLetter } from '../../dead-letter/message.ts';
import type { KafkaRecord } from '../../lambda/event.ts';
import { checkRecord, isIndex, type SoundDelivery } from '../../lambda/read-event.ts';
import { decodeBase64 } from '../../record/base64.ts';

/** Where the record of a dead letter is. */
export type Location =
  | { readonly kind: 'in-dead-letter'; readonly delivery: SoundDelivery }
  | { readonly kind: 'in-kafka'; readonly coordinates: Coordinates; readonly sha256: string | null }
  /** The record cannot be replayed. */
  | { readonly kind: 'nowhere'; readonly why: string };

export interface Coordinates {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/**
 * Finds the record of a dead letter: in the dead letter, as Lambda would deliver it, coordinates included; or in Kafka, when
 * the dead letter lacks the value, or holds what came out of a malformed event and not what the producer sent.
 */
export function locate(deadLetter: DeadLetter): Location {
  const { topic, partition, offset } = deadLetter.record;
  const coordinates =
    topic !== null && isIndex(partition) && isIndex(offset) ? { topic, partition, offset } : null;
  if (deadLetter.valueOmitted || deadLetter.reason === 'malformed_record') {
    if (!coordinates) return nowhere('it has no coordinates, so nobody knows which record it was');
    if (!deadLetter.valueOmitted) return { kind: 'in-kafka', coordinates, sha256: null };
    return deadLetter.valueSha256 === undefined
      ? nowhere('its value was left out, and the hash of the value is missing')
      : { kind: 'in-kafka', coordinates, sha256: deadLetter.valueSha256 };
  }
  const delivery = checkRecord(`${topic}-${partition}`, toKafkaRecord(deadLetter.record));
  // The fault names the field and quotes nothing.
  return delivery.fault === null ? { kind: 'in-dead-letter', delivery } : nowhere(delivery.fault);
}

function nowhere(why: string): Location {
  return { kind: 'nowhere', why };
}

/** The record as an event holds it; what was malformed in it stays malformed. */
function toKafkaRecord(record: DeadLetter['record']): Omit<KafkaRecord, 'topic'> {
  const headers = record.headers.map(({ name, value }) => ({
    [name]: value === null ? null : toSigned(decodeBase64(value) ?? Buffer.alloc(0)),
  }));
  return { ...(record as unknown as KafkaRecord), headers };
}

function toSigned(bytes: Buffer): number[] {
  return Array.from(Int8Array.from(bytes));
}
