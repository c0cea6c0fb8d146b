import { decodeBase64 } from '../record/base64.ts';
import { InvalidEventError } from '../record/errors.ts';
import { isIndex, isObject } from '../record/guards.ts';
import {
  type Header,
  type IncomingRecord,
  type MalformedRecord,
  TIMESTAMP_TYPES,
} from '../record/record.ts';
import { EVENT_SOURCES, type EventRecord, type KafkaEvent } from './event.ts';

/**
 * Checks the envelope of an event; nothing about it is taken for granted.
 *
 * @throws {InvalidEventError} when it is not an event of a Kafka event source mapping
 */
export function checkEvent(event: unknown): KafkaEvent {
  if (!isObject(event)) throw new InvalidEventError('The event is not an object.');
  const { eventSource, records } = event;
  if (!EVENT_SOURCES.some((source) => source === eventSource))
    throw new InvalidEventError(
      `The event is not one of a Kafka event source mapping: eventSource must be one of ${EVENT_SOURCES.join(', ')}.`,
    );
  if (!isObject(records) || !Object.values(records).every(Array.isArray))
    throw new InvalidEventError(
      'The event has no records: they must be an object of arrays by <topic>-<partition>.',
    );
  return event as unknown as KafkaEvent;
}

/** How many records an event holds. */
export function countRecords({ records }: KafkaEvent): number {
  return Object.values(records).reduce((sum, { length }) => sum + length, 0);
}

/** Where an event came from: the cluster's ARN, or its bootstrap servers. */
export function sourceOf({ eventSourceArn, bootstrapServers }: KafkaEvent): string | null {
  const source: unknown = eventSourceArn ?? bootstrapServers;
  return typeof source === 'string' ? source : null;
}

/** Takes the records of an event one by one, in the order of its partitions and offsets. */
export function* readRecords({ records }: KafkaEvent): Generator<IncomingRecord> {
  for (const [partitionKey, partition] of Object.entries(records))
    for (const raw of partition) yield readRecord(partitionKey, raw);
}

/**
 * Turns what an event holds into a record of bytes; nothing about it is taken for granted.
 *
 * @param partitionKey under which the event holds it, `<topic>-<partition>`
 */
function readRecord(partitionKey: string, raw: unknown): IncomingRecord {
  const fault = faultOf(raw);
  if (fault !== null) return malformed(fault, partitionKey, raw);
  const { topic, partition, offset, timestamp, timestampType, key, value, headers } =
    raw as EventRecord;
  const keyBytes = readBytes(key);
  if (keyBytes === undefined) return malformed('key: not base64', partitionKey, raw);
  const valueBytes = readBytes(value);
  if (valueBytes === undefined) return malformed('value: not base64', partitionKey, raw);
  return {
    topic,
    partition,
    offset,
    timestamp,
    timestampType: TIMESTAMP_TYPES.find((type) => type === timestampType) ?? null,
    key: keyBytes,
    value: valueBytes,
    headers: readHeaders(headers),
  };
}

function malformed(fault: string, partitionKey: string, raw: unknown): MalformedRecord {
  const headers = isObject(raw) ? readHeaders(raw.headers) : NO_HEADERS;
  return { malformed: fault, partitionKey, raw, headers };
}

function faultOf(record: unknown): string | null {
  if (!isObject(record)) return 'record: not an object';
  const { topic, partition, offset, timestamp, key, value } = record;
  if (typeof topic !== 'string' || topic === '') return 'topic: not a name';
  if (!isIndex(partition)) return 'partition: not a whole number from 0';
  if (!isIndex(offset)) return 'offset: not a whole number from 0';
  if (!Number.isInteger(timestamp)) return 'timestamp: not a whole number';
  if (!isText(key)) return 'key: neither base64 nor null';
  if (!isText(value)) return 'value: neither base64 nor null';
  return null;
}

function isText(value: unknown): boolean {
  return value === undefined || value === null || typeof value === 'string';
}

/** @returns undefined when the text is not base64 */
function readBytes(text: string | null | undefined): Buffer | null | undefined {
  return text === null || text === undefined ? null : (decodeBase64(text) ?? undefined);
}

/** Java's bytes are signed; those of other sources may not be. A buffer keeps the lowest eight bits of either. */
function isByte(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= -128 && (value as number) <= 255;
}

const NO_HEADERS: readonly Header[] = [];

/** A header that is none is left out; one whose bytes are none counts as one without a value. */
function readHeaders(headers: unknown): readonly Header[] {
  if (!Array.isArray(headers) || headers.length === 0) return NO_HEADERS;
  const read: Header[] = [];
  for (const header of headers.filter(isObject))
    for (const name of Object.keys(header)) read.push({ name, value: headerBytes(header[name]) });
  return read;
}

function headerBytes(bytes: unknown): Buffer | null {
  if (!Array.isArray(bytes)) return null;
  const read = Buffer.allocUnsafe(bytes.length);
  for (const [index, byte] of bytes.entries()) {
    if (!isByte(byte)) return null;
    read[index] = byte;
  }
  return read;
}
