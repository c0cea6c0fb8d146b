/** Who set a record's timestamp: the producer, or the broker. */
export const TIMESTAMP_TYPES = ['CREATE_TIME', 'LOG_APPEND_TIME'] as const;
type TimestampType = (typeof TIMESTAMP_TYPES)[number];

/** A record of a Kafka topic, as bytes. The sink takes these from both doors, and its fates hold the same objects. */
export interface SinkRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Milliseconds since 1970; -1 when the producer set none. */
  readonly timestamp: number;
  /** Null when the source does not say. */
  readonly timestampType: TimestampType | null;
  readonly key: Buffer | null;
  /** Null is a tombstone. */
  readonly value: Buffer | null;
  /** In order; a name can be there more than once. */
  readonly headers: readonly Header[];
  /** Why nothing of it but its coordinates can be had; only where that is so. */
  readonly unreadable?: string;
}

export interface Header {
  readonly name: string;
  readonly value: Buffer | null;
}

/** What an event holds in the place of a record, and can only be dead-lettered: it is no whole record. */
export interface MalformedRecord {
  /** Names the field and what it must be; holds no data. */
  readonly malformed: string;
  /** Under which the event holds it, `<topic>-<partition>`. */
  readonly partitionKey: string;
  /** As it came, whatever it is. */
  readonly raw: unknown;
  /** Those that can be read. */
  readonly headers: readonly Header[];
}

/** Whatever can come in by the doors. */
export type IncomingRecord = SinkRecord | MalformedRecord;

export function isMalformed(record: IncomingRecord): record is MalformedRecord {
  return 'malformed' in record;
}

/** Bytes of a record without key, value and headers; roughly, the objects around its bytes included. */
const RECORD_BYTES = 300;
const HEADER_BYTES = 150;

/** The memory that a record takes, in bytes; roughly. */
export function memoryOf({ key, value, headers }: SinkRecord): number {
  let bytes = RECORD_BYTES + (key?.length ?? 0) + (value?.length ?? 0);
  for (const header of headers)
    bytes += HEADER_BYTES + header.name.length + (header.value?.length ?? 0);
  return bytes;
}
