/**
 * The loop that most people write in Node.js: kafkajs, one multi-row INSERT for each batch. It trusts each record to be
 * what it should be: a partition does not get past the first that is not.
 *
 * Arguments: bootstrap servers, topic, group, connections.
 */
import kafkajs from 'kafkajs';
import pg from 'pg';

const COLUMNS = [
  'id',
  'user_id',
  'event_type',
  'title',
  'body',
  'created_at',
  'source_topic',
  'source_partition',
  'source_offset',
];

/** PostgreSQL takes 65,535 placeholders in a statement. */
const MAX_ROWS = Math.floor(65_535 / COLUMNS.length);

const [servers = '', topic = '', groupId = '', connections = ''] = process.argv.slice(2);
const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: Number(connections),
});
const kafka = new kafkajs.Kafka({
  clientId: 'node-loop',
  brokers: servers.split(','),
  logLevel: kafkajs.logLevel.ERROR,
});
const consumer = kafka.consumer({ groupId });
process.once('SIGTERM', async () => {
  await consumer.disconnect();
  await pool.end();
  process.exit(0);
});

await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
await consumer.run({
  partitionsConsumedConcurrently: 3,
  eachBatch: async ({ batch, heartbeat }) => {
    const { partition, messages } = batch;
    for (let from = 0; from < messages.length; from += MAX_ROWS) {
      await insert(partition, messages.slice(from, from + MAX_ROWS));
      await heartbeat();
    }
  },
});

async function insert(partition: number, messages: readonly kafkajs.KafkaMessage[]) {
  const tuples: string[] = [];
  const values: unknown[] = [];
  for (const { value, offset } of messages) {
    const { id, user_id, event_type, title, body, created_at } = JSON.parse(String(value));
    const first = values.length;
    tuples.push(`(${COLUMNS.map((_, index) => `$${first + index + 1}`)})`);
    values.push(id, user_id, event_type, title, body, created_at, topic, partition, offset);
  }
  await pool.query(
    `INSERT INTO notifications (${COLUMNS}) VALUES ${tuples} ON CONFLICT (id) DO NOTHING`,
    values,
  );
}
