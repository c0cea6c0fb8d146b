import type { KafkaRecord as FetchedRecord, RecordsBatch } from '@platformatic/kafka';
import type { Header, SinkRecord } from '../record/record.ts';

/** Of a batch's attributes. https://kafka.apache.org/documentation/#recordbatch */
const LOG_APPEND_TIME = 1 << 3;

const NO_HEADERS: readonly Header[] = [];

/** A record of a fetch. Its bytes are parts of the whole answer, which stays in memory as long as any of them does. */
export function toRecord(
  topic: string,
  partition: number,
  { firstOffset, firstTimestamp, maxTimestamp, attributes }: RecordsBatch,
  { offsetDelta, timestampDelta, key, value, headers }: FetchedRecord,
): SinkRecord {
  const appended = (attributes & LOG_APPEND_TIME) !== 0;
  return {
    topic,
    partition,
    offset: Number(firstOffset) + offsetDelta,
    // The broker's time is that of the whole batch.
    timestamp: appended ? Number(maxTimestamp) : Number(firstTimestamp) + Number(timestampDelta),
    timestampType: appended ? 'LOG_APPEND_TIME' : 'CREATE_TIME',
    key,
    value,
    headers:
      headers.length === 0
        ? NO_HEADERS
        : headers.map(([name, bytes]) => ({ name: String(name ?? ''), value: bytes })),
  };
}
