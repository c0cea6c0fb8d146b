import type { BatchResponse, KafkaEvent, KafkaRecord } from '../lambda/event.ts';

/**
 * Builds the event that Lambda's mapping would deliver for these records.
 *
 * @param bootstrapServers `host:port` each
 */
export function toEvent(
  records: readonly KafkaRecord[],
  bootstrapServers: readonly string[],
): KafkaEvent {
  return {
    eventSource: 'SelfManagedKafka',
    bootstrapServers: bootstrapServers.join(','),
    records: Object.groupBy(records, partitionKey) as Record<string, KafkaRecord[]>,
  };
}

/**
 * Obeys a response as Lambda does: the named records are to be delivered again, and all of them where a name is not of
 * this batch. https://docs.aws.amazon.com/lambda/latest/dg/kafka-retry-configurations.html
 *
 * @returns the records to deliver again
 */
export function toRedeliver(
  records: readonly KafkaRecord[],
  response: BatchResponse | null | undefined,
): readonly KafkaRecord[] {
  const names = response?.batchItemFailures ?? [];
  const failed = new Set(
    names.map(({ itemIdentifier: { partition, offset } }) => `${partition}@${offset}`),
  );
  const named = records.filter((record) => failed.has(`${partitionKey(record)}@${record.offset}`));
  const known = new Set(named.map((record) => `${partitionKey(record)}@${record.offset}`));
  return known.size === failed.size ? named : records;
}

function partitionKey({ topic, partition }: KafkaRecord): string {
  return `${topic}-${partition}`;
}
