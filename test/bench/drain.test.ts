import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import type { Contender } from '../../bench/contenders/contender.ts';
import { drain } from '../../bench/drain.ts';
import { notificationBacklog } from '../../bench/notification-backlog.ts';
import type { KafkaWorld } from '../../bench/world.ts';
import { createDatabase } from '../support/database.ts';

const BACKLOG = notificationBacklog({
  topic: 'backlog',
  run: 'one',
  records: 3,
  since: Date.now(),
});

test('a contender that ends by itself is no result, and the table is left empty', async () => {
  const world = await createWorld();
  const failing = contender("console.error('no such topic'); process.exit(3)");
  await expect(drain(failing, world, BACKLOG)).rejects.toThrow(
    /^fake ended \(exit code 3\): no such topic$/,
  );
  const { rows } = await world.database.query('SELECT FROM notifications');
  expect(rows).toEqual([]);
});

test('a contender that cannot be started is named by the system', async () => {
  const missing: Contender = { ...contender(''), prepare: () => ({ command: 'nosuch', args: [] }) };
  await expect(drain(missing, await createWorld(), BACKLOG)).rejects.toThrow('nosuch');
});

/** Runs a script in the place of a contender. */
function contender(script: string): Contender {
  return {
    name: 'fake',
    settings: '',
    prepare: () => ({ command: process.execPath, args: ['--eval', script] }),
  };
}

async function createWorld(): Promise<KafkaWorld> {
  const { url } = await createDatabase();
  const database = new pg.Client({ connectionString: url });
  await database.connect();
  onTestFinished(() => database.end());
  const unused = { servers: '', sqs: { endpoint: '', queueUrl: '' }, version: '' };
  return { ...unused, postgresUrl: url, postmaster: process.pid, database };
}
