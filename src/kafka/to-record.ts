import type { KafkaRecord as FetchedRecord, RecordsBatch } from '@platformatic/kafka';
import type { KafkaRecord } from '../lambda/event.ts';

/** Of a batch's attributes. https://kafka.apache.org/documentation/#recordbatch */
const LOG_APPEND_TIME = 1 << 3;

/** The shape in which Lambda's mapping delivers a record, signed header bytes included. */
export function toRecord(
  topic: string,
  partition: number,
  { firstOffset, firstTimestamp, maxTimestamp, attributes }: RecordsBatch,
  { offsetDelta, timestampDelta, key, value, headers }: FetchedRecord,
): KafkaRecord {
  const appended = (attributes & LOG_APPEND_TIME) !== 0;
  return {
    topic,
    partition,
    offset: Number(firstOffset) + offsetDelta,
    // The broker's time is that of the whole batch.
    timestamp: Number(appended ? maxTimestamp : firstTimestamp + timestampDelta),
    timestampType: appended ? 'LOG_APPEND_TIME' : 'CREATE_TIME',
    key: key?.toString('base64') ?? null,
    value: value?.toString('base64') ?? null,
    headers: headers.map(([name, bytes]) => ({
      [String(name ?? '')]: bytes && Array.from(new Int8Array(bytes)),
    })),
  };
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
