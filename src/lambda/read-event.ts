import { InvalidEventError } from '../record/errors.ts';
import type { KafkaEvent, KafkaRecord } from './event.ts';

/** One record of an event, with its place there. */
export type Delivery = SoundDelivery | BrokenDelivery;

export interface SoundDelivery {
  /** The key under which the event holds the record, `<topic>-<partition>`. */
  readonly partitionKey: string;
  readonly record: KafkaRecord;
  readonly fault: null;
}

/** The event's record itself is broken: it has no usable coordinates, or key or value of a wrong type. */
export interface BrokenDelivery {
  readonly partitionKey: string;
  /** As it came, whatever it is. */
  readonly record: unknown;
  /** Names the field and what it must be; holds no data. */
  readonly fault: string;
}

/** The largest time that a JavaScript date, and PostgreSQL's timestamptz, can hold. */
const MAX_TIMESTAMP = 8.64e15;

/**
 * Takes an event apart, in the order of its partitions and offsets.
 *
 * @param event what Lambda, or a consumer in its place, handed over; nothing about it is taken for granted
 * @throws {InvalidEventError} when it is not an event of a Kafka event source mapping
 */
export function readEvent(event: unknown): Delivery[] {
  const { records } = checkEvent(event);
  return Object.entries(records).flatMap(([partitionKey, partition]) =>
    partition.map((record) => checkRecord(partitionKey, record)),
  );
}

/** Where an event came from: the cluster's ARN, or its bootstrap servers. */
export function sourceOf(event: unknown): string | null {
  const { eventSourceArn, bootstrapServers } = event as Partial<KafkaEvent>;
  const source: unknown = eventSourceArn ?? bootstrapServers;
  return typeof source === 'string' ? source : null;
}

function checkEvent(event: unknown): KafkaEvent {
  if (!isObject(event)) throw new InvalidEventError('The event is not an object.');
  const { eventSource, records } = event;
  if (eventSource !== 'aws:kafka' && eventSource !== 'SelfManagedKafka')
    throw new InvalidEventError(
      'The event is not one of a Kafka event source mapping: eventSource must be aws:kafka or SelfManagedKafka.',
    );
  if (!isObject(records) || !Object.values(records).every(Array.isArray))
    throw new InvalidEventError(
      'The event has no records: accepted is an object of arrays by <topic>-<partition>.',
    );
  return event as unknown as KafkaEvent;
}

/** Whether a record is whole; nothing about it is taken for granted. */
export function checkRecord(partitionKey: string, record: unknown): Delivery {
  const fault = faultOf(record);
  return fault === null
    ? { partitionKey, record: record as KafkaRecord, fault }
    : { partitionKey, record, fault };
}

function faultOf(record: unknown): string | null {
  if (!isObject(record)) return 'record: not an object';
  const { topic, partition, offset, timestamp, key, value } = record;
  if (typeof topic !== 'string' || topic === '') return 'topic: not a name';
  if (!isIndex(partition)) return 'partition: not a whole number from 0';
  if (!isIndex(offset)) return 'offset: not a whole number from 0';
  if (!Number.isInteger(timestamp) || Math.abs(timestamp as number) > MAX_TIMESTAMP)
    return 'timestamp: not a time in milliseconds';
  if (!isText(key)) return 'key: neither base64 nor null';
  if (!isText(value)) return 'value: neither base64 nor null';
  return null;
}

/** Whether a value can be an offset or a partition: a whole number that JavaScript holds exactly. */
export function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): boolean {
  return value === undefined || value === null || typeof value === 'string';
}
