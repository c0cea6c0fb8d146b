import { randomUUID } from 'node:crypto';
import type { KafkaEvent } from '../src/lambda/event.ts';
import type { Values } from '../src/record/table.ts';
import { rowOf } from './notifications.ts';

const BODY = 'Order 12345 left the warehouse this morning and is on its way to you. '.repeat(2);

/** A notification with a fresh id, about 330 bytes of JSON unless its body is another. */
function notification(body = BODY) {
  return {
    id: randomUUID(),
    user_id: randomUUID(),
    event_type: 'order.shipped',
    title: 'Your order has shipped',
    body,
    created_at: '2025-10-22T12:34:56.789Z',
  };
}

const COORDINATES = { topic: 'notifications', partition: 0, timestamp: 1_761_091_200_000 };

/** Rows with fresh ids, as decoding makes them. */
export function freshRows(count: number): Values[] {
  return Array.from({ length: count }, (_, offset) =>
    rowOf(notification(), { ...COORDINATES, offset }),
  );
}

/**
 * An event with fresh ids.
 *
 * @param options.invalid share of the records that hold no JSON
 * @param options.body of all notifications
 */
export function freshEvent(
  count: number,
  { rejected = 0, body = BODY }: { rejected?: number; body?: string } = {},
): KafkaEvent {
  const every = rejected > 0 ? Math.round(1 / rejected) : Number.POSITIVE_INFINITY;
  return {
    eventSource: 'SelfManagedKafka',
    bootstrapServers: 'localhost:9092',
    records: {
      'notifications-0': Array.from({ length: count }, (_, offset) => ({
        ...COORDINATES,
        offset,
        timestampType: 'CREATE_TIME' as const,
        key: 'aw==',
        value: Buffer.from(
          offset % every === every - 1 ? '{"id":' : JSON.stringify(notification(body)),
        ).toString('base64'),
        headers: [],
      })),
    },
  };
}
