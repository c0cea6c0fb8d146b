import { describe, expect, inject, test } from 'vitest';
import definitions from '../../examples/three-topics/sink.config.ts';
import type { TestDatabase } from '../support/database.ts';
import { SALES, type Sale } from './support/shop.ts';
import { type Example, throughConsumer, throughHandler, type Way } from './support/ways.ts';

const SHOP: Example = { definitions, schema: 'examples/three-topics/schema.sql' };

describe('three topics through the handler, an event each', () => judge(throughHandler));
describe.skipIf(inject('kafka') === null)('three topics from Kafka through one consumer', () =>
  judge(throughConsumer),
);

function judge(createWay: (example: Example) => Promise<Way>): void {
  test('each record ends in its table, in the queue or nowhere as its definition says, however often it comes', async () => {
    const { topicOf, database, queue, send, again } = await createWay(SHOP);
    await send(SALES);
    const rows = await readRows(database);
    expect(rows).toEqual(EXPECTED);
    const found = await queue.takeDeadLetters();
    const deadLetters = deadLettered(topicOf);
    expect(found.map(({ id, reason }) => [id, reason]).sort()).toEqual(
      deadLetters.map(({ id, reason }) => [id, reason]).sort(),
    );
    for (const { id, message } of deadLetters)
      expect(found.find((one) => one.id === id)?.message).toMatch(message);
    await again();
    expect(await readRows(database)).toEqual(rows);
    const repeated = await queue.takeDeadLetters();
    expect(repeated.map(({ id }) => id).sort()).toEqual(found.map(({ id }) => id).sort());
  });
}

const EXPECTED = Object.fromEntries(
  ['customers', 'payments', 'page-views'].map((topic) => [
    topic,
    sorted(SALES.flatMap((sale) => (sale.topic === topic && sale.row ? [sale.row] : []))),
  ]),
);

/** What must be in the queue; each topic's messages lie in the order in which they were sent. */
function deadLettered(topicOf: Way['topicOf']) {
  const byTopic = Map.groupBy(SALES, ({ topic }) => topic);
  return [...byTopic].flatMap(([topic, sales]) =>
    sales.flatMap(({ deadLetter }, offset) =>
      deadLetter
        ? [{ id: `${topicOf(topic)}-0@${offset}`, reason: deadLetter[0], message: deadLetter[1] }]
        : [],
    ),
  );
}

type Row = NonNullable<Sale['row']>;

/** UTC, whatever the session's zone is. */
const utc = (column: string) => `(${column} AT TIME ZONE 'UTC')::text || '+00' AS ${column}`;

/** The rows of each topic's table, each value as text. */
async function readRows({ query }: TestDatabase): Promise<Record<string, Row[]>> {
  const customers = await query<Row>(
    `SELECT tenant_id::text, customer_id::text, full_name, email, birth_date::text, tags::text, newsletter::text,
            ${utc('created_at')} FROM shop.customers`,
  );
  const payments = await query<Row>(
    `SELECT provider, payment_id::text, amount::text, method::text, ${utc('paid_at')} FROM shop.payments`,
  );
  const views = await query<Row>(
    `SELECT path, client_ip::text, seconds::text, ${utc('viewed_at')}, details::text FROM shop.page_views`,
  );
  return {
    customers: sorted(customers),
    payments: sorted(payments),
    'page-views': sorted(views),
  };
}

function sorted(rows: readonly Row[]): Row[] {
  const text = (row: Row) => JSON.stringify(Object.entries(row).sort());
  return rows.toSorted((a, b) => (text(a) < text(b) ? -1 : 1));
}
