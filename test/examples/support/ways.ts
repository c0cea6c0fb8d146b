import { readFileSync } from 'node:fs';
import { expect, vi } from 'vitest';
import definition from '../../../examples/orders/sink.config.ts';
import { compileSinks } from '../../../src/definition/sinks.ts';
import type { BatchResponse } from '../../../src/lambda/event.ts';
import type { Sink } from '../../../src/sink/sink.ts';
import type { TestDatabase } from '../../support/database.ts';
import type { TestQueue } from '../../support/queue.ts';
import { eventOf, record, TIMESTAMP } from '../../support/records.ts';
import { createDirectSink, createSink } from '../../support/sink.ts';
import { createTestTopic } from '../../support/topic.ts';
import type { Order } from './orders.ts';

const ORDERS = compileSinks(definition);
const [SCHEMA = ''] = readFileSync(
  new URL('../../../examples/orders/schema.sql', import.meta.url),
  'utf8',
).split('-- Down Migration');
/** A way of orders to the table. */
export interface Way {
  readonly topic: string;
  readonly database: TestDatabase;
  readonly queue: TestQueue;
  /** Sends orders, from offset 0, until each is stored or dead-lettered. */
  send(orders: readonly Order[]): Promise<void>;
  /** Has the same records come again. */
  again(): Promise<void>;
}

/** As Lambda calls the handler. */
export async function throughHandler(): Promise<Way> {
  const { handle, database, queue } = await createSink({}, ORDERS);
  await database.query(SCHEMA);
  let event: unknown;
  const again = async () => {
    const none: BatchResponse = { batchItemFailures: [] };
    expect(await handle(event)).toEqual(none);
  };
  return {
    ...{ topic: 'orders', database, queue, again },
    async send(orders) {
      event = eventOf(
        orders.map(({ tenant, key, value }, offset) =>
          record(value, {
            ...{ topic: 'orders', offset, key: Buffer.from(key).toString('base64') },
            headers: tenant === null ? null : [{ tenant: [...new Int8Array(Buffer.from(tenant))] }],
          }),
        ),
      );
      await again();
    },
  };
}

/** Through a topic of Kafka. */
export async function throughConsumer(): Promise<Way> {
  const topic = await createTestTopic();
  const { sink, database, queue } = await createDirectSink(
    {},
    compileSinks({ ...definition, topic: topic.name }),
  );
  await database.query(SCHEMA);
  let sent = 0;
  let groups = 0;
  /** Reads the topic from its beginning, in a group of its own. */
  async function consume(): Promise<void> {
    let done = 0;
    const counting: Sink = async (batch, deadline) => {
      const fates = await sink(batch, deadline);
      done += fates.stored.length + fates.deadLettered.length;
      return fates;
    };
    groups += 1;
    const consumer = topic.consumer(counting, { KAFKA_GROUP_ID: `${topic.name}-${groups}` });
    await consumer.start();
    await vi.waitFor(() => expect(done).toBe(sent), { timeout: 20_000, interval: 20 });
    await consumer.stop();
    expect(done).toBe(sent);
  }
  return {
    ...{ topic: topic.name, database, queue, again: consume },
    async send(orders) {
      sent = orders.length;
      await topic.produce(
        orders.map(({ tenant, key, value }) => ({
          ...{ partition: 0, timestamp: BigInt(TIMESTAMP) },
          ...{ key: Buffer.from(key), value: Buffer.from(value) },
          headers: new Map(tenant === null ? [] : [[Buffer.from('tenant'), Buffer.from(tenant)]]),
        })),
      );
      await consume();
    },
  };
}
