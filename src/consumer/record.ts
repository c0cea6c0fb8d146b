import type { Message } from '@platformatic/kafka';
import type { KafkaRecord } from '../kafka/event.ts';

/**
 * The shape in which Lambda's mapping delivers a record, signed header bytes included.
 *
 * `timestampType` is always that of the producer, and so is the timestamp: whether the broker has replaced it
 * (`message.timestamp.type=LogAppendTime`) and by what stands in the head of the record's batch, which the client reads
 * and does not pass on.
 */
export function toRecord(message: Message<Buffer, Buffer, Buffer, Buffer>): KafkaRecord {
  return {
    topic: message.topic,
    partition: message.partition,
    offset: Number(message.offset),
    timestamp: Number(message.timestamp),
    timestampType: 'CREATE_TIME',
    key: message.key?.toString('base64') ?? null,
    value: message.value?.toString('base64') ?? null,
    headers: message.headerEntries.map(([name, value]) => ({
      [name.toString()]: value ? Array.from(value, toSigned) : null,
    })),
  };
}

function toSigned(byte: number): number {
  return byte < 128 ? byte : byte - 256;
}

/** Bytes of a number in an array, and of a record without key, value and headers. Both roughly. */
const NUMBER_BYTES = 8;
const RECORD_BYTES = 200;

/** The memory that a record takes, in bytes: base64 takes one a character, a header eight for each of its bytes. */
export function sizeOf({ key, value, headers }: KafkaRecord): number {
  let bytes = RECORD_BYTES + (key?.length ?? 0) + (value?.length ?? 0);
  for (const header of headers ?? [])
    for (const name in header) bytes += name.length + NUMBER_BYTES * (header[name]?.length ?? 0);
  return bytes;
}
