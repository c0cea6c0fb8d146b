import type { EventRecord, KafkaEvent } from '../../src/lambda/event.ts';
import { readRecords } from '../../src/lambda/read-event.ts';
import { isObject } from '../../src/record/guards.ts';
import type { IncomingRecord, SinkRecord } from '../../src/record/record.ts';

/** The time of the records, 2025-10-22T00:00:00Z, in milliseconds. */
export const TIMESTAMP = 1_761_091_200_000;

/** A UUID of its own for each number. */
export function uuid(n: number): string {
  return `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
}

/** A valid notification. `fields` replace its fields or add others; one that is `undefined` is left out. */
export function notification(fields: Readonly<Record<string, unknown>> = {}) {
  return {
    id: uuid(1),
    user_id: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
    event_type: 'order.shipped',
    title: 'Your order has shipped',
    body: 'Order 12345 left the warehouse.',
    created_at: '2025-10-22T00:00:00.000Z',
    ...fields,
  };
}

/**
 * A record as Lambda delivers it, by default with a valid notification at `notifications-0`, offset 0.
 *
 * @param value bytes or text as they are, null for a tombstone, anything else as JSON
 * @param fields replace the record's fields, with values of wrong types too; one that is `undefined` is absent
 */
export function record(
  value: unknown = notification(),
  fields: Readonly<Partial<Record<keyof EventRecord, unknown>>> = {},
): EventRecord {
  const all: Record<string, unknown> = {
    topic: 'notifications',
    partition: 0,
    offset: 0,
    timestamp: TIMESTAMP,
    timestampType: 'CREATE_TIME',
    key: 'aw==',
    value: value === null ? null : toBytes(value).toString('base64'),
    headers: [],
    ...fields,
  };
  for (const name of Object.keys(all)) if (all[name] === undefined) delete all[name];
  return all as unknown as EventRecord;
}

/** As many valid records, in one partition, with ids of their own and offsets from `first`. */
export function records(count: number, first = 0): EventRecord[] {
  return Array.from({ length: count }, (_, index) =>
    record(notification({ id: uuid(first + index) }), { offset: first + index }),
  );
}

/**
 * An Amazon MSK event with these records under `<topic>-<partition>`. What has no such coordinates comes under
 * `notifications-0`, where Lambda would have put it too.
 */
export function eventOf(list: readonly unknown[]): KafkaEvent {
  const groups = Object.groupBy(list, (one) =>
    isObject(one) && typeof one.topic === 'string' && typeof one.partition === 'number'
      ? `${one.topic}-${one.partition}`
      : 'notifications-0',
  );
  return {
    eventSource: 'aws:kafka',
    eventSourceArn: 'arn:aws:kafka:us-east-1:111122223333:cluster/notifications/6cc0432b-2',
    bootstrapServers: 'b-1.notifications.example:9098,b-2.notifications.example:9098',
    records: { ...groups } as KafkaEvent['records'],
  };
}

/** What Lambda's door makes of an event that holds these. */
export function incomingOf(...list: readonly unknown[]): IncomingRecord[] {
  return [...readRecords(eventOf(list))];
}

/** A record as the sink takes it, by default with a sound notification. `fields` replace its fields. */
export function sinkRecord(
  value: unknown = notification(),
  fields: Partial<SinkRecord> = {},
): SinkRecord {
  return {
    topic: 'notifications',
    partition: 0,
    offset: 0,
    timestamp: TIMESTAMP,
    timestampType: 'CREATE_TIME',
    key: Buffer.from('k'),
    value: value === null ? null : toBytes(value),
    headers: [],
    ...fields,
  };
}

/** As many of them, in one partition, with ids of their own and offsets from `first`. */
export function sinkRecords(count: number, first = 0): SinkRecord[] {
  return Array.from({ length: count }, (_, index) =>
    sinkRecord(notification({ id: uuid(first + index) }), { offset: first + index }),
  );
}

function toBytes(value: unknown): Buffer {
  if (value instanceof Uint8Array) return Buffer.from(value);
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
}
