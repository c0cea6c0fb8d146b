import { describe, expect, inject, test } from 'vitest';
import definition from '../../examples/customers/sink.config.ts';
import { TIMESTAMP } from '../support/records.ts';
import { type Example, throughConsumer, throughHandler, type Way } from './support/ways.ts';

const CUSTOMERS: Example = { definitions: [definition], schema: 'examples/customers/schema.sql' };

/** A record of the topic: fields, null for a tombstone. All have one timestamp, so that their offsets tell which is newer. */
const customer = (id: number, fields: object | null) => ({
  ...{ topic: 'customers', key: `{"customerId":${id}}`, headers: {} },
  value: fields && JSON.stringify(fields),
});

const HISTORY = [
  customer(1, { fullName: 'Ada', email: 'ada@example.com', registeredAt: '2026-01-01T00:00:00Z' }),
  customer(2, { fullName: 'Bob', city: 'Bern' }),
  customer(1, { city: 'London', registeredAt: '2027-01-01T00:00:00Z' }),
  customer(3, null),
  customer(2, null),
  customer(1, { email: null }),
  customer(2, { fullName: 'Bob again' }),
  customer(4, { fullName: 'Eve' }),
  customer(4, null),
  customer(5, { fullName: 7 }),
];

describe('customers through the handler', () => judge(throughHandler));
describe.skipIf(inject('kafka') === null)('customers from Kafka through the consumer', () =>
  judge(throughConsumer),
);

function judge(createWay: (example: Example) => Promise<Way>): void {
  test('each row is the newest state of its customer, however often the records come', async () => {
    const { database, queue, send, again } = await createWay(CUSTOMERS);
    const read = () =>
      database.query(
        `SELECT customer_id::int AS id, full_name, email, city, registered_at, source_offset::int AS offset, deleted_at
           FROM shop.customers ORDER BY 1`,
      );
    await send(HISTORY);
    const none = { email: null, city: null, registered_at: null, deleted_at: null };
    const gone = new Date(TIMESTAMP);
    const expected = [
      {
        ...{ ...none, id: 1, full_name: 'Ada', city: 'London', offset: 5 },
        registered_at: new Date('2026-01-01T00:00:00Z'),
      },
      { ...none, id: 2, full_name: 'Bob again', city: 'Bern', offset: 6 },
      { ...none, id: 3, full_name: null, offset: 3, deleted_at: gone },
      { ...none, id: 4, full_name: 'Eve', offset: 8, deleted_at: gone },
    ];
    expect(await read()).toEqual(expected);
    expect((await queue.takeDeadLetters()).map(({ reason }) => reason)).toEqual(['invalid_value']);
    await again();
    expect(await read()).toEqual(expected);
  });
}
