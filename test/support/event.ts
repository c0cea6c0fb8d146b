import type { EventRecord, KafkaEvent } from '../../src/lambda/event.ts';
import { record, uuid, notification as validNotification } from './records.ts';

/** A valid notification; the same number gives the same id. */
export const notification = (number: number) => validNotification({ id: uuid(number) });

/** A record without a key at this offset; the value is as {@link record} takes it. */
export const recordOf = (
  offset: number,
  value: unknown,
  fields: Readonly<Partial<Record<keyof EventRecord, unknown>>> = {},
): EventRecord => record(value, { offset, key: null, ...fields });

/** An event of self-managed Kafka that holds these records. */
export function eventOf(records: readonly EventRecord[]): KafkaEvent {
  const byPartition = Object.groupBy(records, ({ topic, partition }) => `${topic}-${partition}`);
  return {
    eventSource: 'SelfManagedKafka',
    bootstrapServers: 'kafka-1.example:9092',
    records: byPartition as Record<string, EventRecord[]>,
  };
}
