import { randomUUID } from 'node:crypto';
import type { KafkaEvent } from '../src/lambda/event.ts';
import type { Values } from '../src/record/table.ts';
import { rowOf } from './notifications.ts';
import { BODY, makeNotification, PARTITIONS } from './sample.ts';

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

/** The row that the record of an index of a load must become. */
export function loadRow(
  { topic, run }: { readonly topic: string; readonly run: string },
  index: number,
  createdAt: Date,
): Values {
  const place = { topic, partition: index % PARTITIONS, offset: Math.floor(index / PARTITIONS) };
  return rowOf(makeNotification(run, index, createdAt), {
    ...place,
    timestamp: createdAt.getTime(),
  });
}

/**
 * An event with fresh ids.
 *
 * @param options.invalid share of the records that hold no JSON
 * @param options.body of all notifications
 */
export function freshEvent(
  count: number,
  { invalid = 0, body = BODY }: { invalid?: number; body?: string } = {},
): KafkaEvent {
  const every = invalid > 0 ? Math.round(1 / invalid) : Number.POSITIVE_INFINITY;
  return eventOf(count, (index) =>
    index % every === every - 1 ? '{"id":' : JSON.stringify(notification(body)),
  );
}

/**
 * An event of one partition.
 *
 * @param textOf the text of each value
 */
export function eventOf(count: number, textOf: (index: number) => string): KafkaEvent {
  return {
    eventSource: 'SelfManagedKafka',
    bootstrapServers: 'localhost:9092',
    records: {
      'notifications-0': Array.from({ length: count }, (_, offset) => ({
        ...COORDINATES,
        offset,
        timestampType: 'CREATE_TIME' as const,
        key: 'aw==',
        value: Buffer.from(textOf(offset)).toString('base64'),
        headers: [],
      })),
    },
  };
}
