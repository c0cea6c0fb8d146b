import pg from 'pg';
import { Registry } from 'prom-client';
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { registerGauges } from '../../src/service/gauges.ts';
import { createReadiness } from '../../src/service/readiness.ts';
import { DeadlineError } from '../../src/timing/deadline.ts';
import { notification } from '../support/event.ts';
import { createTestTopic } from '../support/topic.ts';
import { consume, createPlace, ofTopic, type Running, within } from './support/service.ts';

async function readiness(run: Running): Promise<unknown> {
  const response = await run.get('/readyz');
  return { status: response.status, ...((await response.json()) as object) };
}

/** Lets nobody into a database, or lets them in again. */
async function admit(name: string, allowed: boolean): Promise<void> {
  const admin = new pg.Client({ connectionString: inject('postgresUrl') });
  await admin.connect();
  await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS ${allowed}`);
  if (!allowed)
    await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
      name,
    ]);
  await admin.end();
}

test('says of Kafka, PostgreSQL and the breaker what is missing, and asks PostgreSQL once where many ask at a time', async () => {
  let asked = 0;
  const readiness = createReadiness({
    kafka: () => ({ joined: false, trouble: 'GROUP_AUTHORIZATION_FAILED' }),
    circuit: () => 'half-open',
    ping: async () => {
      asked += 1;
      throw new DeadlineError('too late');
    },
  });
  const [page, ...others] = await Promise.all([readiness(), readiness(), readiness()]);
  expect(page?.status).toBe(503);
  expect(JSON.parse(page?.body ?? '')).toEqual({
    ready: false,
    kafka: 'not joined (GROUP_AUTHORIZATION_FAILED)',
    postgresql: 'silent for 2000 ms',
    circuitBreaker: 'half-open',
  });
  expect(others).toEqual([page, page]);
  expect(asked).toBe(1);
});

test.each([
  ['does not answer', () => new Promise<never>(() => {})],
  ['refuses', () => Promise.reject(new Error('away'))],
])('the metrics come without the lag where Kafka %s', async (_, lag) => {
  const registry = new Registry();
  const partitions = [{ topic: 'orders-1', partition: 4, committed: 7, pending: 3 }];
  const waiting = { waiting: 3, waitingBytes: 99, paused: true };
  const status = () => ({ joined: false, trouble: null, ...waiting, partitions });
  registerGauges(registry, { status, lag });
  const lines = (await registry.metrics()).split('\n').filter((line) => /^\w/.test(line));
  expect(lines).toEqual([
    'kafka_pg_sink_joined 0',
    'kafka_pg_sink_waiting_records 3',
    'kafka_pg_sink_waiting_bytes 99',
    'kafka_pg_sink_paused 1',
    'kafka_pg_sink_partition_pending_records{topic="orders-1",partition="4"} 3',
  ]);
});

describe.skipIf(inject('kafka') === null)('over a real broker', () => {
  test('is ready only while PostgreSQL answers, and alive all the while', async () => {
    const [topic, { env }] = [await createTestTopic(), await createPlace()];
    const run = consume(ofTopic(topic), env);
    await run.ready();
    const fine = { kafka: 'joined', postgresql: 'answers', circuitBreaker: 'closed' };
    expect(await readiness(run)).toEqual({ status: 200, ready: true, ...fine });

    const name = new URL(env.DATABASE_URL ?? '').pathname.slice(1);
    await admit(name, false);
    onTestFinished(() => admit(name, true));
    await vi.waitFor(
      async () =>
        expect(await readiness(run)).toEqual({
          ...fine,
          status: 503,
          ready: false,
          postgresql: 'not available (55000)',
        }),
      within,
    );
    expect((await run.get('/livez')).status).toBe(200);

    await admit(name, true);
    await vi.waitFor(
      async () => expect(await readiness(run)).toMatchObject({ status: 200 }),
      within,
    );
  });

  test('is not ready while the circuit breaker is open, and shows it among its metrics', async () => {
    const [topic, { env, database }] = [await createTestTopic(), await createPlace()];
    const name = new URL(database.url).pathname.slice(1);
    await database.query(`ALTER DATABASE ${name} SET lock_timeout = '200ms'`);
    const run = consume(
      [
        ...ofTopic(topic),
        ...['--flush-interval-ms', '50'],
        ...['--circuit-breaker-threshold', '1', '--retry-max-attempts', '1'],
      ],
      env,
    );
    await run.ready();
    const client = await database.pool.connect();
    await client.query('BEGIN');
    await client.query('LOCK TABLE notifications');
    await topic.produce([{ value: Buffer.from(JSON.stringify(notification(1))) }]);
    await vi.waitFor(
      async () =>
        expect(await readiness(run)).toMatchObject({
          status: 503,
          postgresql: 'answers',
          circuitBreaker: 'open',
        }),
      { timeout: 30_000, interval: 10 },
    );
    expect(await run.metric('kafka_pg_sink_retries_total')).toBeGreaterThan(0);
    await vi.waitFor(
      async () =>
        expect(await run.metric('kafka_pg_sink_records_total{fate="failed"}')).toBeGreaterThan(0),
      within,
    );

    await client.query('ROLLBACK');
    client.release();
    await run.ready();
    expect(await run.metric('kafka_pg_sink_records_total{fate="stored"}')).toBe(1);
    expect(await run.metric('kafka_pg_sink_circuit_breaker{state="open"}')).toBe(0);
  });

  test('is alive but not ready where PostgreSQL does not answer at the start, and does not give up', async () => {
    const [topic, { env }] = [await createTestTopic(), await createPlace()];
    const url = new URL(env.DATABASE_URL ?? '');
    url.port = '1';
    const run = consume(ofTopic(topic), { ...env, DATABASE_URL: url.href });
    await vi.waitFor(
      async () =>
        expect(await readiness(run)).toEqual({
          status: 503,
          ready: false,
          kafka: 'joined',
          postgresql: 'not available (ECONNREFUSED)',
          circuitBreaker: 'closed',
        }),
      within,
    );
    expect(await (await run.get('/livez')).text()).toBe('ok\n');
    run.kill('SIGTERM');
    expect(await run.ended).toBe(0);
  });

  test('answers three paths to GET and HEAD, and nothing else', async () => {
    const [topic, { env }] = [await createTestTopic(), await createPlace()];
    const run = consume(ofTopic(topic), env);
    expect((await run.get('/livez?verbose')).status).toBe(200);
    const head = await run.get('/metrics', 'HEAD');
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect((await run.get('/metrics')).headers.get('content-type')).toBe(
      'text/plain; version=0.0.4; charset=utf-8',
    );
    expect((await run.get('/livez', 'POST')).status).toBe(405);
    for (const path of ['/', '/livez/', '/constructor', '/metrics/../livez2'])
      expect((await run.get(path)).status, path).toBe(404);
  });
});
