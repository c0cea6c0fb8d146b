/**
 * The limit: the rows of a load, encoded, then copied. It stays until it is stopped, as the others do.
 *
 * Arguments: topic, run, records, rows of one COPY, connections.
 */
import pg from 'pg';
import type { Values } from '../../src/record/table.ts';
import { loadRow } from '../rows.ts';
import { encode, straightCopy } from '../ways.ts';

const [topic = '', run = '', ...numbers] = process.argv.slice(2);
const [records = 0, size = 1, connections = 1] = numbers.map(Number);

const chunks: Buffer[] = [];
for (let from = 0; from < records; from += size) chunks.push(encode(rowsFrom(from)));
await Promise.all(Array.from({ length: connections }, copyChunks));
setInterval(() => {}, 60_000);

/** A connection that takes chunks while there are some. */
async function copyChunks(): Promise<void> {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  for (let chunk = chunks.shift(); chunk; chunk = chunks.shift()) await straightCopy(client, chunk);
  await client.end();
}

function rowsFrom(from: number): Values[] {
  const now = new Date();
  return Array.from({ length: Math.min(size, records - from) }, (_, position) =>
    loadRow({ topic, run }, from + position, now),
  );
}
