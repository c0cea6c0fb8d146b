import type { KafkaEvent, KafkaRecord } from '../../src/kafka/event.ts';

/** A fit notification; the same number gives the same id. */
export function notification(number: number) {
  return {
    id: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
    user_id: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
    event_type: 'order.shipped',
    title: 'Your order has shipped',
    body: 'Order 12345 left the warehouse.',
    created_at: '2025-10-22T00:00:00.000Z',
  };
}

/**
 * A record as the mapping delivers it.
 *
 * @param value becomes JSON; null is a tombstone
 */
export function recordOf(
  offset: number,
  value: unknown,
  fields: Partial<KafkaRecord> = {},
): KafkaRecord {
  return {
    topic: 'notifications',
    partition: 0,
    offset,
    timestamp: 1_761_091_200_000,
    timestampType: 'CREATE_TIME',
    key: null,
    value: value === null ? null : Buffer.from(JSON.stringify(value)).toString('base64'),
    headers: [],
    ...fields,
  };
}

/** An event of self-managed Kafka that holds these records. */
export function eventOf(records: readonly KafkaRecord[]): KafkaEvent {
  const byPartition = Object.groupBy(records, ({ topic, partition }) => `${topic}-${partition}`);
  return {
    eventSource: 'SelfManagedKafka',
    bootstrapServers: 'kafka-1.example:9092',
    records: byPartition as Record<string, KafkaRecord[]>,
  };
}
