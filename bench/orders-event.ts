import type { EventRecord, KafkaEvent } from '../src/lambda/event.ts';

/** Of the order that was made last: each has another one. */
let number = 0;

/** An event of orders with fresh numbers, about 330 bytes of JSON each, as a notification has. */
export function ordersEvent(count: number): KafkaEvent {
  const all = Array.from({ length: count }, (_, offset) => orderRecord(offset));
  return {
    ...{ eventSource: 'SelfManagedKafka', bootstrapServers: 'localhost:9092' },
    records: { 'orders-0': all },
  };
}

function orderRecord(offset: number): EventRecord {
  number += 1;
  const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');
  return {
    ...{ topic: 'orders', partition: 0, offset },
    ...{ timestamp: 1_761_091_200_000, timestampType: 'CREATE_TIME' },
    key: base64({ orderId: number }),
    value: base64({
      customer: { email: `customer-${number % 10_000}@example.com`, name: 'Ada Lovelace' },
      total: `${number % 1000}.90`,
      status: 'placed',
      items: [
        { sku: `A-${number % 100}`, count: 2, price: 4.95, name: 'A pair of warm socks' },
        { sku: 'B-2', count: 1, price: 10, name: 'A book about whales' },
      ],
      placedAt: 1_761_091_200_123 + number,
      channel: 'web',
      campaign: { id: 'autumn', source: 'newsletter' },
    }),
    headers: [{ tenant: [...new Int8Array(Buffer.from(`tenant-${number % 10}`))] }],
  };
}
