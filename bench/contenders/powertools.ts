import { kafkaConsumer, SchemaType } from '@aws-lambda-powertools/kafka';
import type { ConsumerRecords } from '@aws-lambda-powertools/kafka/types';
import pg from 'pg';
import { z } from 'zod';
import type { LambdaHandler } from '../../src/lambda/event.ts';
import { CONNECTIONS } from '../clients.ts';

/** What the sink that ships asks of a notification. */
const Notification = z.object({
  id: z.uuid(),
  user_id: z.uuid(),
  event_type: z.string().min(1).max(100),
  title: z.string().min(1).max(500),
  body: z.string().max(65_536),
  created_at: z.iso.datetime({ offset: true }),
});

const COLUMNS = [
  ...['id', 'user_id', 'event_type', 'title', 'body', 'created_at'],
  ...['source_topic', 'source_partition', 'source_offset'],
];

/** PostgreSQL takes so many placeholders in a statement. */
const MAX_ROWS = Math.floor(65_535 / COLUMNS.length);

/**
 * What is usually written on Lambda: the records by Powertools' consumer with JSON and a schema of Zod, stored by
 * `INSERT … VALUES … ON CONFLICT DO NOTHING` of as many rows as one statement takes, through a pool. One record that is not
 * valid fails the whole event, again and again.
 */
export function createPowertoolsHandler(url: string): LambdaHandler & { close(): Promise<void> } {
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
  const store = async (tuples: readonly unknown[][]) => {
    const values = tuples.map(
      (_, row) => `(${COLUMNS.map((_, column) => `$${row * COLUMNS.length + column + 1}`).join()})`,
    );
    await pool.query(
      `INSERT INTO notifications (${COLUMNS.join()}) VALUES ${values.join()} ON CONFLICT (id) DO NOTHING`,
      tuples.flat(),
    );
  };
  const consume = kafkaConsumer(
    // Its types need @types/aws-lambda, by which no key is null and the source is Amazon MSK.
    async (event: unknown) => {
      const { records } = event as ConsumerRecords<unknown, z.infer<typeof Notification>>;
      const tuples = records.map(({ value, topic, partition, offset }) => [
        ...[value.id, value.user_id, value.event_type, value.title, value.body, value.created_at],
        ...[topic, partition, offset],
      ]);
      const statements: Promise<void>[] = [];
      for (let from = 0; from < tuples.length; from += MAX_ROWS)
        statements.push(store(tuples.slice(from, from + MAX_ROWS)));
      await Promise.all(statements);
      return { batchItemFailures: [] } as never;
    },
    { value: { type: SchemaType.JSON, parserSchema: Notification } },
  );
  const handle = consume as unknown as LambdaHandler;
  return Object.assign(handle, { close: () => pool.end() });
}
