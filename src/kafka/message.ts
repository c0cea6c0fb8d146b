import { compatibilityPartitioner, type MessageToProduce } from '@platformatic/kafka';
import type { KafkaRecord } from '../lambda/event.ts';
import { decodeBase64 } from '../record/base64.ts';
import { ORIGIN_HEADER, originOf } from '../record/origin.ts';

/** How often a record was put back onto a topic, in decimal digits. */
export const REPLAYS_HEADER = 'kafka-pg-sink-replays';

export type Message = MessageToProduce<Buffer, Buffer, Buffer, Buffer | null>;

/**
 * Writes a record for a topic as it was, with one more replay counted, and with its origin unless it has one: of a record
 * that is replayed again the first origin counts.
 *
 * @param partitions how many the topic has
 */
export function toMessage(record: KafkaRecord, topic: string, partitions: number): Message {
  const key = bytesOf(record.key);
  const value = bytesOf(record.value);
  const message = {
    topic,
    timestamp: BigInt(record.timestamp),
    headers: headersOf(record),
    ...(key && { key }),
    ...(value && { value }),
  };
  return { ...message, partition: partitionOf(record, message, partitions) };
}

/**
 * On its own topic a record stays in its partition, whatever its producer chose that by. Elsewhere its key decides, as
 * Kafka's own producers have it; without a key its partition, so that a second try goes to the same.
 */
function partitionOf(record: KafkaRecord, message: Message, partitions: number): number {
  const { topic, key } = message;
  const chosen =
    key && topic !== record.topic ? compatibilityPartitioner(message, key) : record.partition;
  return chosen % partitions;
}

/** A name may be there more than once: each buffer is a key of its own. */
function headersOf(record: KafkaRecord): Map<Buffer, Buffer | null> {
  const headers = new Map<Buffer, Buffer | null>();
  let replays = 0;
  for (const header of record.headers ?? [])
    for (const [name, signed] of Object.entries(header)) {
      // The buffer keeps the lowest eight bits of each signed byte.
      const bytes = signed && Buffer.from(signed);
      if (name === REPLAYS_HEADER) replays = Math.max(replays, countOf(bytes));
      else headers.set(Buffer.from(name), bytes);
    }
  headers.set(Buffer.from(REPLAYS_HEADER), Buffer.from(String(replays + 1)));
  if (originOf(record) === null) {
    const { topic, partition, offset } = record;
    headers.set(Buffer.from(ORIGIN_HEADER), Buffer.from(`${topic}-${partition}-${offset}`));
  }
  return headers;
}

/** Anyone who may write to the topic can write headers. */
function countOf(bytes: Buffer | null): number {
  const text = bytes?.toString() ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) : 0;
}

function bytesOf(base64: string | null | undefined): Buffer | null {
  return base64 === null || base64 === undefined ? null : decodeBase64(base64);
}
