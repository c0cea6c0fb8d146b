import type { MessageToProduce } from '@platformatic/kafka';
import { ORIGIN_HEADER, originOf, PUT_BACK_HEADER } from '../record/origin.ts';
import type { SinkRecord } from '../record/record.ts';
import { murmur2 } from './murmur2.ts';

/** Kafka's producers leave the sign out, rather than taking the amount. */
const POSITIVE = 0x7fff_ffff;

/** How often a record was put back onto a topic, in decimal digits. */
const REPLAYS_HEADER = 'kafka-pg-sink-replays';

export type Message = MessageToProduce<Buffer, Buffer, Buffer, Buffer | null>;

/**
 * Writes a record for a topic as it was, with its origin, the topic, and one more replay counted. The first origin of a
 * record that is replayed again counts.
 *
 * @param partitions how many the topic has
 */
export function toMessage(record: SinkRecord, topic: string, partitions: number): Message {
  const { key, value, timestamp } = record;
  const message = {
    topic,
    timestamp: BigInt(timestamp),
    headers: headersOf(record, topic),
    ...(key && { key }),
    ...(value && { value }),
  };
  return { ...message, partition: partitionOf(record, message, partitions) };
}

/**
 * On its own topic a record stays in its partition, whatever its producer chose that by. Elsewhere its key decides, as
 * Kafka's own producers have it; without a key its partition, so that a second try goes to the same.
 */
function partitionOf(record: SinkRecord, message: Message, partitions: number): number {
  const { topic, key } = message;
  const chosen = key && topic !== record.topic ? murmur2(key) & POSITIVE : record.partition;
  return chosen % partitions;
}

/** A name may be there more than once: each buffer is a key of its own. */
function headersOf(record: SinkRecord, topic: string): Map<Buffer, Buffer | null> {
  const headers = new Map<Buffer, Buffer | null>();
  let replays = 0;
  for (const { name, value } of record.headers) {
    if (name === REPLAYS_HEADER) replays = Math.max(replays, countOf(value));
    else if (!OWN.has(name)) headers.set(Buffer.from(name), value);
  }
  headers.set(Buffer.from(REPLAYS_HEADER), Buffer.from(String(replays + 1)));
  headers.set(Buffer.from(ORIGIN_HEADER), Buffer.from(originOf(record)));
  headers.set(Buffer.from(PUT_BACK_HEADER), Buffer.from(topic));
  return headers;
}

/** Replaced by those of this replay. */
const OWN: ReadonlySet<string> = new Set([ORIGIN_HEADER, PUT_BACK_HEADER]);

/** Anyone who may write to the topic can write headers. */
function countOf(bytes: Buffer | null): number {
  const text = bytes?.toString() ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) : 0;
}
