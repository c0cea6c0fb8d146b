import type { KafkaRecord as FetchedRecord, RecordsBatch } from '@platformatic/kafka';
import type { KafkaRecord } from '../kafka/event.ts';

/** Of a batch's attributes. https://kafka.apache.org/documentation/#recordbatch */
const LOG_APPEND_TIME = 1 << 3;

/**
 * The shape in which Lambda's mapping delivers a record. Other than from the client's own messages, the kind of its
 * timestamp is known here.
 */
export function toLambdaRecord(
  topic: string,
  partition: number,
  { firstOffset, firstTimestamp, maxTimestamp, attributes }: RecordsBatch,
  { offsetDelta, timestampDelta, key, value, headers }: FetchedRecord,
): KafkaRecord {
  const appended = (attributes & LOG_APPEND_TIME) !== 0;
  return {
    topic,
    partition,
    offset: Number(firstOffset + BigInt(offsetDelta)),
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
