import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { createDatabase } from './support/database.ts';
import { eventOf, notification, recordOf } from './support/event.ts';
import { startNode } from './support/process.ts';
import { createQueue } from './support/queue.ts';
import { type DatabaseSecret, startSecrets } from './support/secrets.ts';

/** Planted wherever data or a credential is; it must not come out anywhere but in the dead letters and the table (P8). */
const MARKER = 'xyzzy-marker';
const BASE64 = Buffer.from(MARKER).toString('base64').slice(0, 12);

/** Marked in every field, and wrong in every way. */
function markedEvent() {
  const marked = (change: object) => ({
    ...notification(1),
    event_type: MARKER,
    title: MARKER,
    body: MARKER,
    [MARKER]: MARKER,
    ...change,
  });
  const fields = {
    key: Buffer.from(MARKER).toString('base64'),
    headers: [{ [MARKER]: [...Buffer.from(MARKER)] }],
  };
  const values: unknown[] = [
    marked({}),
    marked({ id: MARKER }),
    marked({ user_id: MARKER, title: MARKER.repeat(100), created_at: MARKER }),
    // Refused by the table's constraint, by the type and by the trigger, each with the row in PostgreSQL's message.
    marked({ id: undefined, title: 'refused' }),
    marked({ id: undefined, created_at: '2025-10-22T00:00:00+23:59' }),
    marked({ id: undefined, title: 'raise' }),
    `${MARKER} is no object`,
    null,
  ];
  const records = values.map((value, offset) => recordOf(offset, value, fields));
  const notJson = Buffer.from(`{${MARKER}`).toString('base64');
  const notUtf8 = Buffer.concat([Buffer.from(MARKER), Buffer.from([0xff])]).toString('base64');
  // So many that they are copied at first, which is refused, with the line in PostgreSQL's message.
  const copied = Array.from({ length: 60 }, (_, number) =>
    recordOf(100 + number, marked({ id: notification(100 + number).id }), fields),
  );
  return eventOf([
    ...records,
    ...copied,
    recordOf(20, 0, { ...fields, value: notJson }),
    recordOf(21, 0, { ...fields, value: notUtf8 }),
    recordOf(22, 0, { ...fields, value: `*${MARKER}*` }),
    recordOf(23, 0, { ...fields, timestamp: MARKER as never }),
  ]);
}

/** Hands the event to the built handler, three times, and prints all that it throws, in full. */
const INVOKE = `
  import { readFileSync } from 'node:fs';
  import { inspect } from 'node:util';
  const { handler } = await import('./dist/handler.mjs');
  const event = JSON.parse(readFileSync(process.env.EVENT_FILE, 'utf8'));
  for (let round = 0; round < 3; round += 1)
    try {
      const context = { getRemainingTimeInMillis: () => 4000, functionName: 'f', awsRequestId: 'r' };
      console.log('ANSWER', JSON.stringify(await handler(event, context)));
    } catch (error) {
      console.log('THROWN', inspect(error, { depth: 10, showHidden: true }), JSON.stringify(error), error.stack);
    }
  await handler.close();`;

/** Everything that a process prints, with every log level on and the event asked for in the logs. */
async function printed(env: Record<string, string>): Promise<string> {
  const file = join(tmpdir(), `privacy-test-${process.pid}.json`);
  writeFileSync(file, JSON.stringify(markedEvent()));
  const { ended, output } = startNode(['--input-type=module', '--eval', INVOKE], {
    EVENT_FILE: file,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: MARKER,
    POWERTOOLS_LOG_LEVEL: 'TRACE',
    POWERTOOLS_LOGGER_LOG_EVENT: 'true',
    POWERTOOLS_DEV: 'true',
    DATABASE_SSLMODE: 'disable',
    RETRY_BASE_DELAY_MS: '10',
    ...env,
  });
  await ended;
  return output();
}

function expectQuiet(text: string): void {
  expect(text).not.toContain(MARKER);
  expect(text).not.toContain(BASE64);
}

async function createStrictDatabase() {
  const database = await createDatabase();
  await database.query(
    "ALTER TABLE notifications ADD CONSTRAINT polite CHECK (title <> 'refused')",
  );
  await database.query(`
    CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW.title = 'raise' THEN
        RAISE EXCEPTION 'refused: %', NEW USING ERRCODE = '22000', DETAIL = NEW.body, HINT = NEW.body;
      END IF;
      RETURN NEW;
    END $$`);
  await database.query(
    'CREATE TRIGGER shout BEFORE INSERT ON notifications FOR EACH ROW EXECUTE FUNCTION shout()',
  );
  return database;
}

test.each(['enabled', 'disabled'])(
  'prints nothing of keys, values and headers while records are stored and refused, answers %s [P8]',
  async (mode) => {
    const [database, queue] = await Promise.all([createStrictDatabase(), createQueue()]);
    const text = await printed({
      DATABASE_URL: database.url,
      DEAD_LETTER_QUEUE_URL: queue.url,
      AWS_ENDPOINT_URL_SQS: inject('sqsEndpoint'),
      PARTIAL_BATCH_RESPONSE: mode,
    });
    expectQuiet(text);
    expect(text).toContain('ANSWER {"batchItemFailures":[]}');
    expect(text).toContain('notifications-0@22');
    const deadLetters = JSON.stringify(await queue.takeDeadLetters());
    expect(deadLetters).toContain(BASE64);
    expect(deadLetters).toContain('refused by PostgreSQL: SQLSTATE 23514, constraint polite');
  },
);

test('prints nothing of keys, values and headers while PostgreSQL and SQS fail [P8]', async () => {
  const database = await createDatabase();
  await database.query('ALTER TABLE notifications RENAME TO elsewhere');
  const text = await printed({
    DATABASE_URL: database.url,
    DEAD_LETTER_QUEUE_URL: `http://127.0.0.1:1/1/${MARKER}`,
    AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:1',
  });
  expectQuiet(text);
  expect(text).toContain('THROWN');
  expect(text).toContain('SQLSTATE 42P01');
});

test.each([
  ['a login that PostgreSQL rejects', { username: MARKER, password: MARKER }],
  ['a host that does not exist', { host: `${MARKER}.invalid` }],
  ['a secret that is not in the RDS form', { password: undefined, note: MARKER }],
])('prints nothing of the secret: %s [P8]', async (_, change) => {
  const { hostname: host, port } = new URL(inject('postgresUrl'));
  const secret = { host, port, username: MARKER, password: MARKER, dbname: MARKER, ...change };
  const secrets = await startSecrets();
  onTestFinished(secrets.stop);
  secrets.versions.set('AWSCURRENT', secret as unknown as DatabaseSecret);
  const queue = await createQueue();
  const text = await printed({
    DATABASE_SECRET_ARN: `arn:aws:secretsmanager:us-east-1:111122223333:secret:${MARKER}`,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.endpoint,
    DEAD_LETTER_QUEUE_URL: queue.url,
    AWS_ENDPOINT_URL_SQS: inject('sqsEndpoint'),
  });
  expectQuiet(text);
  expect(text).toContain('BatchFailedError');
});
