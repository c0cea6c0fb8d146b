import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { openHandler } from '../../src/lambda/handler.ts';
import { readLambdaSettings } from '../../src/settings/lambda.ts';
import { createTelemetry } from '../../src/telemetry/telemetry.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { eventOf, notification, recordOf } from '../support/event.ts';
import { SINKS } from '../support/notifications.ts';
import { createQueue } from '../support/queue.ts';
import { until } from '../support/until.ts';

interface Line {
  readonly level?: string;
  readonly message?: string;
  readonly _aws?: { CloudWatchMetrics: { Namespace: string; Dimensions: string[][] }[] };
  readonly [name: string]: unknown;
}

/** The handler as it starts in a new environment of the stage `test`, and the lines that it writes. */
async function startHandler(database: TestDatabase, env: Record<string, string> = {}) {
  vi.stubEnv('STAGE', 'test');
  vi.stubEnv('AWS_ENDPOINT_URL_SQS', inject('sqsEndpoint'));
  vi.stubEnv('AWS_LAMBDA_INITIALIZATION_TYPE', 'on-demand');
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'INFO');
  const lines: Line[] = [];
  const writes = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      for (const line of String(text).trim().split('\n')) lines.push(JSON.parse(line));
      return true;
    }),
  );
  const settings = readLambdaSettings({
    ...process.env,
    DATABASE_URL: database.url,
    DEAD_LETTER_QUEUE_URL: (await createQueue()).url,
    PARTIAL_BATCH_RESPONSE: 'enabled',
    RETRY_BASE_DELAY_MS: '1',
    ...env,
  });
  const { handler, close } = openHandler(
    settings,
    SINKS,
    await createTelemetry(settings.telemetry),
  );
  onTestFinished(async () => {
    for (const write of writes) write.mockRestore();
    vi.unstubAllEnvs();
    await close();
  });
  return {
    handle: (event: unknown) => {
      lines.length = 0;
      const context = { functionName: 'sink', getRemainingTimeInMillis: () => 30_000 };
      return handler(event as never, context);
    },
    /** The values of a metric, each with its dimensions. */
    metric: (name: string) =>
      lines
        .filter(({ _aws }) => _aws !== undefined)
        .filter((line) => name in line)
        .map((line) => {
          const [metrics] = line._aws?.CloudWatchMetrics ?? [];
          expect(metrics?.Namespace).toBe('KafkaPgSink');
          return { value: line[name], ...dimensions(line, metrics?.Dimensions[0] ?? []) };
        }),
    logged: (level: string) => lines.filter((line) => line.level === level),
  };
}

function dimensions(line: Line, names: readonly string[]) {
  return Object.fromEntries(names.map((name) => [name, line[name]]));
}

const OURS = { service: 'kafka-pg-sink', stage: 'test' };
const MARKER = 'MARKER-c0ffee';

test('the fates of a batch are counted by service and stage, dead letters by reason too', async () => {
  const sink = await startHandler(await createDatabase());
  await sink.handle(
    eventOf([
      recordOf(1, notification(1)),
      recordOf(2, notification(2)),
      recordOf(3, notification(2)),
      recordOf(4, null),
      recordOf(5, MARKER),
    ]),
  );
  const counts = {
    RecordsReceived: 5,
    RecordsStored: 3,
    RecordsDuplicate: 1,
    RecordsFailed: 0,
    BatchesRejected: 0,
  };
  for (const [name, value] of Object.entries(counts))
    expect([name, sink.metric(name)]).toEqual([name, [{ value, ...OURS }]]);
  expect(sink.metric('RecordsDeadLettered')).toHaveLength(3);
  expect(sink.metric('RecordsDeadLettered')).toEqual(
    expect.arrayContaining([
      { value: 2, ...OURS },
      { value: 1, ...OURS, reason: 'tombstone' },
      { value: 1, ...OURS, reason: 'invalid_json' },
    ]),
  );
  expect(sink.metric('ColdStart')).toEqual([{ value: 1, ...OURS, function_name: 'sink' }]);
  for (const name of ['FlushDuration', 'EndToEndLatency'])
    expect(sink.metric(name)).toEqual([{ value: expect.any(Number), ...OURS }]);
  expect(sink.metric('RetryAttempts')).toEqual([]);
  expect(sink.logged('WARN')).toMatchObject([
    {
      message: 'records dead-lettered',
      reasons: { tombstone: 1, invalid_json: 1 },
      records: ['notifications-0@4', 'notifications-0@5'],
    },
  ]);
});

test('a batch that PostgreSQL rejects as a whole is loud, with the constraint’s name (P3)', async () => {
  const database = await createDatabase();
  await database.query(
    "ALTER TABLE notifications ADD CONSTRAINT title_is_polite CHECK (title <> '' AND title LIKE '%please')",
  );
  const sink = await startHandler(database);
  await sink.handle(eventOf([recordOf(1, notification(1)), recordOf(2, notification(2))]));
  expect(sink.metric('BatchesRejected')).toEqual([{ value: 1, ...OURS }]);
  expect(sink.logged('ERROR')).toMatchObject([
    {
      message: expect.stringContaining('rejects every record'),
      rejections: ['refused by PostgreSQL: SQLSTATE 23514, constraint title_is_polite'],
    },
  ]);
});

test('rows that a trigger keeps out of the table are counted, and no duplicates, and an error line says so', async () => {
  const database = await createDatabase();
  await database.query(`
    CREATE FUNCTION keep_out() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
    CREATE TRIGGER keep_out BEFORE INSERT ON notifications FOR EACH ROW EXECUTE FUNCTION keep_out()`);
  const { handle, metric, logged } = await startHandler(database);
  await handle(eventOf([1, 2, 3].map((number) => recordOf(number, notification(number)))));
  expect(metric('RecordsKeptOut')).toEqual([{ value: 3, ...OURS }]);
  expect(metric('RecordsDuplicate')).toEqual([{ value: 0, ...OURS }]);
  expect(logged('ERROR')).toMatchObject([
    { message: expect.stringContaining('a trigger or rule keeps them out'), count: 3 },
  ]);
});

test('one rejected record among others is no rejected batch', async () => {
  const database = await createDatabase();
  await database.query(
    "ALTER TABLE notifications ADD CONSTRAINT one CHECK (id::text NOT LIKE '%1')",
  );
  const sink = await startHandler(database);
  await sink.handle(eventOf([recordOf(1, notification(1)), recordOf(2, notification(2))]));
  expect(sink.metric('BatchesRejected')).toEqual([{ value: 0, ...OURS }]);
  expect(sink.logged('WARN')).toMatchObject([
    {
      message: 'records dead-lettered',
      rejections: ['refused by PostgreSQL: SQLSTATE 23514, constraint one'],
    },
  ]);
  await sink.handle(eventOf([recordOf(3, notification(1))]));
  expect(sink.metric('BatchesRejected')).toEqual([{ value: 0, ...OURS }]);
});

test('retries and an opened circuit are counted, and the failure says where and why', async () => {
  const database = await createDatabase();
  const sink = await startHandler(database, { CIRCUIT_BREAKER_THRESHOLD: '4' });
  await database.query(
    `ALTER DATABASE ${new URL(database.url).pathname.slice(1)} SET default_transaction_read_only = on`,
  );
  await sink.handle(eventOf([recordOf(7, notification(7))]));
  expect(sink.metric('RetryAttempts')).toEqual([{ value: expect.anything(), ...OURS }]);
  expect(sum(sink.metric('RetryAttempts')[0]?.value)).toBe(3);
  expect(sum(sink.metric('CircuitOpen')[0]?.value)).toBe(1);
  expect(sink.metric('RecordsFailed')).toEqual([{ value: 1, ...OURS }]);
  expect(sink.logged('ERROR')).toMatchObject([
    {
      message: 'PostgreSQL failed repeatedly; it is asked again now and then',
      cause: expect.stringContaining('25006'),
    },
    {
      message: 'records failed, to be delivered again',
      causes: [expect.stringContaining('25006')],
      records: ['notifications-0@7'],
    },
  ]);
});

test('the circuit says once that it opened and why, and once that PostgreSQL answers again', async () => {
  const database = await createDatabase();
  const sink = await startHandler(database, {
    CIRCUIT_BREAKER_THRESHOLD: '1',
    CIRCUIT_BREAKER_OPEN_MS: '1',
    CIRCUIT_BREAKER_MAX_OPEN_MS: '1',
    RETRY_MAX_ATTEMPTS: '0',
  });
  const name = new URL(database.url).pathname.slice(1);
  await database.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
  const lines: string[] = [];
  const handle = async () => {
    const { batchItemFailures } = await sink.handle(eventOf([recordOf(7, notification(7))]));
    for (const level of ['ERROR', 'INFO'])
      lines.push(...sink.logged(level).map(({ message }) => `${message}`));
    return batchItemFailures.length === 0;
  };
  for (let time = 0; time < 5; time += 1) expect(await handle()).toBe(false);
  await database.query(
    `BEGIN READ WRITE; ALTER DATABASE ${name} SET default_transaction_read_only = off; COMMIT`,
  );
  await until(handle, 'PostgreSQL to take the record');
  expect(lines.filter((line) => line.includes('failed repeatedly; it is asked'))).toHaveLength(1);
  expect(lines.filter((line) => line === 'PostgreSQL answers again')).toHaveLength(1);
});

/** A metric that was added several times is a list. */
function sum(value: unknown): number {
  return [value].flat().reduce((total: number, one) => total + Number(one), 0);
}
