import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { definitionFile } from '../support/definition-file.ts';
import { notification } from '../support/event.ts';
import { listen } from '../support/listen.ts';
import { createTestTopic, randomName, type TestTopic } from '../support/topic.ts';
import { consume, createPlace, ofTopic, type Place, within } from './support/service.ts';

const valid = (number: number) => Buffer.from(JSON.stringify(notification(number)));
/** So many valid records over three partitions, with ids from `first`. */
const messages = (count: number, first = 0) =>
  Array.from({ length: count }, (_, at) => ({ partition: at % 3, value: valid(first + at) }));

async function stored({ database }: Place): Promise<number> {
  const [row] = await database.query<{ count: number }>('SELECT count(*)::int FROM notifications');
  return row?.count ?? 0;
}

/** The line for its first partition. */
const pendingOf = ({ name }: TestTopic) =>
  `kafka_pg_sink_partition_pending_records{topic="${name}",partition="0"}`;

/** Takes the table away from everybody else until the function that it returns is called. */
async function lockTable({ database }: Place): Promise<() => Promise<void>> {
  const client = await database.pool.connect();
  await client.query('BEGIN');
  await client.query('LOCK TABLE notifications');
  let locked = true;
  const unlock = async () => {
    if (!locked) return;
    locked = false;
    await client.query('ROLLBACK');
    client.release();
  };
  onTestFinished(unlock);
  return unlock;
}

describe('where it cannot start, it says why in one line, with exit code 1', () => {
  test('for a broker that does not answer', async () => {
    const { env } = await createPlace();
    const run = consume(['--bootstrap-servers', '127.0.0.1:1'], env);
    expect(await run.ended).toBe(1);
    expect(run.errors()).toMatch(/^[^\n]*127\.0\.0\.1:1[^\n]*\n$/);
  });

  test('for a password that PostgreSQL refuses, before it joins the group', async () => {
    const { env } = await createPlace();
    const url = new URL(env.DATABASE_URL ?? '');
    url.password = 'secret-word';
    // Nothing answers as a broker there: that would be the complaint otherwise.
    const args = ['--bootstrap-servers', '127.0.0.1:1'];
    const run = consume(args, { ...env, DATABASE_URL: url.href });
    expect(await run.ended).toBe(1);
    expect(run.errors()).toBe(
      'PostgreSQL does not let the sink in: PostgreSQL answered SQLSTATE 28P01. Run kafka-pg-sink doctor with the same settings.\n',
    );
    expect(run.output()).not.toContain('secret-word');
  });

  test('for a dead-letter queue that does not exist, before it joins the group', async () => {
    const { env } = await createPlace();
    const args = ['--bootstrap-servers', '127.0.0.1:1'];
    const queueUrl = `${env.DEAD_LETTER_QUEUE_URL}-missing`;
    const run = consume(args, { ...env, DEAD_LETTER_QUEUE_URL: queueUrl });
    expect(await run.ended).toBe(1);
    expect(run.errors()).toBe(
      'The dead-letter queue does not exist: create it, or name another in DEAD_LETTER_QUEUE_URL, and check AWS_REGION.\n',
    );
  });

  test('for a broker, where SQS does not answer: that may pass, and is said', async () => {
    const { env } = await createPlace();
    const nowhere = 'http://127.0.0.1:1';
    const silent = { AWS_ENDPOINT_URL_SQS: nowhere, DEAD_LETTER_QUEUE_URL: `${nowhere}/1/queue` };
    const run = consume(['--bootstrap-servers', '127.0.0.1:1'], { ...env, ...silent });
    expect(await run.ended).toBe(1);
    expect(run.errors()).toMatch(/^SQS does not answer as it should \(ECONNREFUSED\).*\n/);
    expect(run.errors()).toMatch(/\n[^\n]*127\.0\.0\.1:1[^\n]*\n$/);
  });

  test('for a port that is taken', async () => {
    const { port, stop } = await listen(createServer());
    onTestFinished(stop);
    const { env } = await createPlace();
    const run = consume(['--port', String(port)], env);
    expect(await run.ended).toBe(1);
    expect(run.errors()).toBe(
      `The health server cannot listen on 127.0.0.1:${port} (EADDRINUSE): set HTTP_PORT to a free port, and HTTP_HOST to an address of this machine.\n`,
    );
  });
});

test.each(['Kafka', 'PostgreSQL', 'SQS'])(
  'SIGTERM ends it with exit code 0 while %s keeps it waiting at the start',
  async (silent) => {
    const { env } = await createPlace();
    const called = Promise.withResolvers<void>();
    const server = createServer((socket) => socket.resume());
    server.once('connection', () => called.resolve());
    const { port, stop } = await listen(server);
    onTestFinished(stop);
    const url = new URL(env.DATABASE_URL ?? '');
    if (silent === 'PostgreSQL') url.port = String(port);
    const sqs = `http://127.0.0.1:${port}`;
    const queue = { AWS_ENDPOINT_URL_SQS: sqs, DEAD_LETTER_QUEUE_URL: `${sqs}/1/queue` };
    const run = consume(
      [
        ...['--bootstrap-servers', `127.0.0.1:${port}`, '--shutdown-timeout-ms', '1000'],
        ...['--connect-timeout-ms', '60000', '--database-connect-timeout-ms', '60000'],
      ],
      { ...env, DATABASE_URL: url.href, ...(silent === 'SQS' ? queue : {}) },
    );
    await called.promise;
    const start = performance.now();
    run.kill('SIGTERM');
    expect(await run.ended).toBe(0);
    // The settings above would let it go on for a minute.
    expect(performance.now() - start).toBeLessThan(30_000);
    expect(run.errors()).toBe('');
  },
);

describe.skipIf(inject('kafka') === null)('over a real broker', () => {
  test('says that the topic does not exist, in one line, with exit code 1', async () => {
    const { env } = await createPlace();
    const sink = definitionFile({ topic: 'no-such-topic' });
    const args = ['--bootstrap-servers', inject('kafka') ?? '', '--sink', sink];
    const run = consume(args, env);
    expect(await run.ended).toBe(1);
    expect(run.errors()).toMatch(/^[^\n]*no-such-topic[^\n]*\n$/);
  });

  test('stores, dead-letters and commits, its metrics agree with it, and SIGTERM ends it with exit code 0', async () => {
    const [topic, place] = [await createTestTopic(), await createPlace()];
    const run = consume([...ofTopic(topic), '--flush-interval-ms', '100'], place.env);
    await run.ready();
    const rejected = ['{not json', '{}'].map((text) => ({
      partition: 0,
      value: Buffer.from(text),
    }));
    await topic.produce([...messages(300), ...rejected, { partition: 1 }]);
    await vi.waitFor(async () => expect(await stored(place)).toBe(300), within);
    // The same ones again: all of them are there.
    await topic.produce(messages(30));
    const records = (fate: string) => run.metric(`kafka_pg_sink_records_total{fate="${fate}"}`);
    await vi.waitFor(async () => expect(await records('duplicate')).toBe(30), within);

    expect(await records('stored')).toBe(300);
    expect(await records('dead_lettered')).toBe(3);
    expect(await records('failed')).toBe(0);
    expect(await records('passed_over')).toBe(0);
    for (const reason of ['invalid_json', 'invalid_value', 'tombstone'])
      expect(await run.metric(`kafka_pg_sink_dead_letters_total{reason="${reason}"}`)).toBe(1);
    expect(await run.metric('kafka_pg_sink_batch_records_sum')).toBe(333);
    expect(await run.metric('kafka_pg_sink_flush_seconds_count')).toBe(
      await run.metric('kafka_pg_sink_batch_records_count'),
    );
    expect(await run.metric('kafka_pg_sink_joined')).toBe(1);
    expect(await run.metric('kafka_pg_sink_waiting_records')).toBe(0);
    expect(await run.metric('kafka_pg_sink_circuit_breaker{state="closed"}')).toBe(1);
    for (const partition of [0, 1, 2])
      await vi.waitFor(
        async () =>
          expect(
            await run.metric(
              `kafka_pg_sink_partition_lag_records{topic="${topic.name}",partition="${partition}"}`,
            ),
          ).toBe(0),
        within,
      );
    for (const name of ['process_resident_memory_bytes', 'nodejs_eventloop_lag_p99_seconds'])
      expect(await run.metric(name)).toBeGreaterThan(0);

    const page = await (await run.get('/metrics')).text();
    const names = [...page.matchAll(/^# TYPE kafka_pg_sink_(\w+)/gm)].map(([, name]) => name);
    const guide = readFileSync(new URL('../../docs/consume.md', import.meta.url), 'utf8');
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(guide).toMatch(new RegExp(`^\\|.*\`${name}[\`{]`, 'm'));

    run.kill('SIGTERM');
    expect(await run.ended).toBe(0);
    const offsets = await topic.committed();
    expect(offsets.reduce((sum, offset) => sum + offset)).toBe(333);
    expect(await place.queue.takeDeadLetters()).toHaveLength(3);
  });

  test('takes all topics that the pattern of its definition matches', async () => {
    const name = randomName();
    const place = await createPlace();
    const servers = inject('kafka') ?? '';
    const topics = [
      await createTestTopic(servers, `${name}-1`),
      await createTestTopic(servers, `${name}-2`),
    ];
    const pattern = new RegExp(`${name}-.`);
    const run = consume(
      [
        ...['--bootstrap-servers', servers, '--sink', definitionFile({ topic: pattern })],
        ...['--group-id', `group-${name}`, '--from', 'earliest', '--flush-interval-ms', '100'],
      ],
      place.env,
    );
    await run.ready();
    for (const [at, topic] of topics.entries()) await topic.produce(messages(30, 100 * at));
    await vi.waitFor(async () => expect(await stored(place)).toBe(60), within);
    expect(run.output()).toContain(`"topics":["/^(?:${name}-.)$/"]`);
    run.kill('SIGTERM');
    expect(await run.ended).toBe(0);
    for (const topic of topics)
      expect(await topic.committed(`group-${name}`)).toEqual([10, 10, 10]);
  });

  test('stores and commits at SIGTERM what was still waiting', async () => {
    const [topic, place] = [await createTestTopic(), await createPlace()];
    const run = consume([...ofTopic(topic), '--flush-interval-ms', '300000'], place.env);
    await run.ready();
    await topic.produce(messages(50));
    await vi.waitFor(
      async () => expect(await run.metric('kafka_pg_sink_waiting_records')).toBe(50),
      within,
    );
    expect(await run.metric('kafka_pg_sink_waiting_bytes')).toBeGreaterThan(50 * 100);
    expect(await stored(place)).toBe(0);
    run.kill('SIGTERM');
    expect(await run.ended).toBe(0);
    expect(await stored(place)).toBe(50);
    expect(await topic.committed()).toEqual([17, 17, 16]);
  });

  test('ends in time though PostgreSQL is stuck, and commits nothing that is not stored', async () => {
    const [topic, place] = [await createTestTopic(), await createPlace()];
    const args = ['--flush-interval-ms', '50', '--shutdown-timeout-ms', '1500'];
    const run = consume([...ofTopic(topic), ...args], place.env);
    await run.ready();
    const unlock = await lockTable(place);
    await topic.produce(messages(30));
    await vi.waitFor(async () => expect(await run.metric(pendingOf(topic))).toBe(10), within);
    const start = performance.now();
    run.kill('SIGTERM');
    expect(await run.ended).toBe(0);
    expect(performance.now() - start).toBeLessThan(8000);
    await unlock();
    expect(await topic.committed()).toEqual([0, 0, 0]);

    // Whoever comes next takes them up.
    const next = consume([...ofTopic(topic), ...args], place.env);
    await next.ready();
    // Not the rows: the statement that was left behind may have stored them when its lock was free.
    await vi.waitFor(async () => expect(await topic.committed()).toEqual([10, 10, 10]), within);
    expect(await stored(place)).toBe(30);
    next.kill('SIGTERM');
    expect(await next.ended).toBe(0);
  });

  test('ends at once at a second signal, with exit code 130', async () => {
    const [topic, place] = [await createTestTopic(), await createPlace()];
    const run = consume([...ofTopic(topic), '--flush-interval-ms', '50'], place.env);
    await run.ready();
    await lockTable(place);
    await topic.produce(messages(3));
    await vi.waitFor(async () => expect(await run.metric(pendingOf(topic))).toBe(1), within);
    run.kill('SIGINT');
    await run.untilPrinted('"stopping"');
    run.kill('SIGTERM');
    expect(await run.ended).toBe(130);
  });

  test("prints CloudWatch's metrics only when asked for", async () => {
    const [topic, place] = [await createTestTopic(), await createPlace()];
    const args = [...ofTopic(topic), '--flush-interval-ms', '50'];
    await topic.produce(messages(3));
    const silent = consume(args, place.env);
    await silent.untilPrinted('"stored":3');
    silent.kill('SIGTERM');
    expect(await silent.ended).toBe(0);
    expect(silent.output()).not.toContain('RecordsStored');

    const asked = consume([...args, '--cloudwatch-metrics', '--stage', 'trial'], place.env);
    await topic.produce(messages(4, 100));
    await vi.waitFor(
      () => expect(asked.output()).toMatch(/"stage":"trial".*"RecordsStored":4/),
      within,
    );
  });
});
