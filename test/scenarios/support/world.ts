import { expect, inject, onTestFinished } from 'vitest';
import { createConsumer } from '../../../src/consumer/consumer.ts';
import type { DeadLetter } from '../../../src/dead-letter/message.ts';
import { createKafkaSource } from '../../../src/kafka/group-source.ts';
import type { SinkRecord } from '../../../src/record/record.ts';
import { readConsumeSettings } from '../../../src/settings/consume.ts';
import { observers } from '../../../src/sink/observer.ts';
import { openSink } from '../../../src/sink/open-sink.ts';
import type { Sink } from '../../../src/sink/sink.ts';
import { createDatabase } from '../../support/database.ts';
import { recordsOf } from '../../support/fates.ts';
import { SINK } from '../../support/notifications.ts';
import { createQueue } from '../../support/queue.ts';
import { eventually } from './eventually.ts';
import { type Reconciliation, reconcile, type StoredRow } from './reconcile.ts';
import { createScenarioTopic } from './topic.ts';

type Env = Readonly<Record<string, string>>;

type World = Awaited<ReturnType<typeof createWorld>>;
export type TestConsumer = ReturnType<World['consumer']>;

/**
 * A topic, a database and a queue of the running test, and consumers that take the one into the others.
 *
 * @param options.servers of a broker of the test's own; default: the shared one
 * @param options.later leaves it to the test to create the topic
 * @param options.settings of its consumers, in place of the defaults
 */
export async function createWorld({
  servers = inject('kafka') ?? '',
  later = false,
  settings = {},
}: {
  servers?: string;
  later?: boolean;
  settings?: Env;
} = {}) {
  if (servers === '')
    throw new Error(
      'The scenarios need Kafka: install Java 17 and Maven, or name a broker in KAFKA_BOOTSTRAP_SERVERS.',
    );
  const [database, queue] = await Promise.all([createDatabase(), createQueue()]);
  const letters: DeadLetter[] = [];
  const topic = await createScenarioTopic(servers, later);
  process.env.AWS_ENDPOINT_URL_SQS = inject('sqsEndpoint');
  const env: Env = {
    DATABASE_URL: database.url,
    DEAD_LETTER_QUEUE_URL: queue.url,
    KAFKA_BOOTSTRAP_SERVERS: servers,
    KAFKA_TOPIC: topic.name,
    KAFKA_GROUP_ID: topic.groupId,
    KAFKA_AUTO_OFFSET_RESET: 'earliest',
    FLUSH_INTERVAL_MS: '100',
    ...settings,
  };

  async function rows(): Promise<StoredRow[]> {
    return database.query(
      `SELECT id::text, user_id::text, event_type, title, body,
              to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS created_at
         FROM notifications`,
    );
  }

  /** Every letter that was sent so far; the queue holds those that were not yet taken. */
  async function takeLetters(): Promise<readonly DeadLetter[]> {
    letters.push(...(await queue.takeLetters()));
    return letters;
  }

  async function countRows(): Promise<number> {
    const [found] = await database.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM notifications',
    );
    return found?.count ?? 0;
  }

  return {
    topic,
    database,
    env,
    /**
     * A consumer in this process, as `kafka-pg-sink consume` builds it; stopped with the test.
     *
     * @param around what is done in place of, before or after the sink
     */
    consumer(around: (sink: Sink) => Sink = (sink) => sink, more: Env = {}) {
      const all = { ...env, ...more };
      const settings = readConsumeSettings(all);
      const warnings: string[] = [];
      const log = {
        warn: (message: string, fields: Record<string, unknown>) =>
          void warnings.push(`${message} ${JSON.stringify(fields)}`),
      };
      const opened = openSink(settings.sink, SINK, false, observers());
      const inner = around(opened.sink);
      const batches: (readonly SinkRecord[])[] = [];
      const consumer = createConsumer(settings.consumer, {
        source: createKafkaSource(settings.consumer, settings.sink.retry, log),
        sink: (batch, deadline) => {
          batches.push(recordsOf(batch));
          return inner(batch, deadline);
        },
        log,
      });
      onTestFinished(async () => {
        await consumer.stop();
        await opened.close();
      });
      return {
        consumer,
        /** What the sink was given, one entry a batch. */
        batches: batches as readonly (readonly SinkRecord[])[],
        warnings: warnings as readonly string[],
        start: () => consumer.start(),
        stop: () => consumer.stop(),
        status: () => consumer.status(),
      };
    },
    countRows,
    /** How many letters were sent so far. */
    countLetters: async () => (await takeLetters()).length,
    /** Waits until the table holds at least so many rows. */
    untilRows: (count: number) =>
      eventually(async () => (await countRows()) >= count, `${count} rows`),
    /** Waits until the group has committed all that is in the topic. */
    untilSettled: () => eventually(topic.isSettled, 'commits at the end of the log'),
    /**
     * Waits until all is committed, and matches every record with the table and the queue: each is one row or one
     * letter, none is missing, doubled or false, and the commits stand at the end of the log.
     *
     * @param options.secondLetters whether letters may have been sent again, as they may where a batch is delivered again
     */
    async reconcile({ secondLetters = false } = {}): Promise<Reconciliation> {
      const { produced } = topic;
      await eventually(topic.isSettled, 'commits at the end of the log');
      const ends = await topic.ends();
      expect(
        ends.reduce((sum, end) => sum + end, 0),
        'records in the topic',
      ).toBe(produced.length);
      expect(
        (await topic.committed()).map((offset) => Math.max(0, offset)),
        'commits',
      ).toEqual(ends);
      const found = reconcile(produced, await rows(), await takeLetters());
      expect(found).toEqual({
        missing: 0,
        doubled: 0,
        wrongRows: 0,
        falseLetters: 0,
        secondLetters: secondLetters ? found.secondLetters : 0,
      });
      return found;
    },
  };
}
