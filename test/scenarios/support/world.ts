import { expect, inject, onTestFinished } from 'vitest';
import { FAULTLESS, type Reconciliation, reconcile } from '../../../local/reconcile.ts';
import { indexOf } from '../../../local/samples.ts';
import definition from '../../../sink.config.ts';
import { createConsumer } from '../../../src/consumer/consumer.ts';
import type { DeadLetter } from '../../../src/dead-letter/write-dead-letter.ts';
import { compileSinks } from '../../../src/definition/sinks.ts';
import { createKafkaSource } from '../../../src/kafka/group-source.ts';
import type { SinkRecord } from '../../../src/record/record.ts';
import { readConsumeSettings } from '../../../src/settings/service.ts';
import { observers } from '../../../src/sink/observer.ts';
import { openSink } from '../../../src/sink/open-sink.ts';
import type { Sink } from '../../../src/sink/sink.ts';
import { createDatabase } from '../../support/database.ts';
import { definitionFile } from '../../support/definition-file.ts';
import { recordsOf } from '../../support/fates.ts';
import { SINK } from '../../support/notifications.ts';
import { createQueue } from '../../support/queue.ts';
import { expectationOf } from '../../support/samples.ts';
import { until } from '../../support/until.ts';
import { createScenarioTopic } from './topic.ts';

type Env = Readonly<Record<string, string>>;

type World = Awaited<ReturnType<typeof createWorld>>;
export type TestConsumer = ReturnType<World['consumer']>;

/**
 * A topic, a database and a queue of the running test, and consumers that take the one into the others.
 *
 * @param options.servers of a broker of the test's own; default: the shared one
 * @param options.later leaves it to the test to create the topic
 * @param options.pattern whether the definition takes all topics whose names begin with the topic's, see `addTopic`
 * @param options.settings of its consumers, in place of the defaults
 */
export async function createWorld({
  servers = inject('kafka') ?? '',
  later = false,
  pattern = false,
  settings = {},
}: {
  servers?: string;
  later?: boolean;
  pattern?: boolean;
  settings?: Env;
} = {}) {
  if (servers === '')
    throw new Error(
      'The scenarios need Kafka: install Java 17 and Maven, or name a broker in KAFKA_BOOTSTRAP_SERVERS.',
    );
  const [database, queue] = await Promise.all([createDatabase(), createQueue()]);
  const deadLetters: DeadLetter[] = [];
  const topic = await createScenarioTopic(servers, { later });
  const topics = [topic];
  const taken = pattern ? new RegExp(`${topic.name}.*`) : topic.name;
  process.env.AWS_ENDPOINT_URL_SQS = inject('sqsEndpoint');
  const env: Env = {
    DATABASE_URL: database.url,
    DEAD_LETTER_QUEUE_URL: queue.url,
    KAFKA_BOOTSTRAP_SERVERS: servers,
    SINK_CONFIG: definitionFile({ topic: taken }),
    KAFKA_GROUP_ID: topic.groupId,
    KAFKA_AUTO_OFFSET_RESET: 'earliest',
    FLUSH_INTERVAL_MS: '100',
    ...settings,
  };

  /** Every dead letter that was sent so far; the queue holds those that were not yet taken. */
  async function takeDeadLetters(): Promise<readonly DeadLetter[]> {
    deadLetters.push(...(await queue.takeDeadLetters()));
    return deadLetters;
  }

  async function countRows(): Promise<number> {
    const [found] = await database.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM notifications',
    );
    return found?.count ?? 0;
  }

  /** Whether the group has committed all that is in the topics. */
  async function isCommitted(): Promise<boolean> {
    const all = await Promise.all(topics.map((one) => one.isCommitted()));
    return all.every(Boolean);
  }

  return {
    topic,
    /** Creates another topic of the same group, whose name goes on behind the first one's. */
    async addTopic(suffix: string) {
      const added = await createScenarioTopic(servers, {
        name: `${topic.name}${suffix}`,
        groupId: topic.groupId,
      });
      topics.push(added);
      return added;
    },
    database,
    env,
    /**
     * A consumer in this process, as `kafka-pg-sink consume` builds it; stopped with the test.
     *
     * @param around what is done in place of, before or after the sink
     * @param only the topic of its definition, where that is another one
     */
    consumer(
      around: (sink: Sink) => Sink = (sink) => sink,
      more: Env = {},
      only: string | RegExp = taken,
    ) {
      const all = { ...env, ...more };
      const settings = readConsumeSettings(all);
      const warnings: string[] = [];
      const log = {
        warn: (message: string, fields: Record<string, unknown>) =>
          void warnings.push(`${message} ${JSON.stringify(fields)}`),
      };
      const sinks = compileSinks({ ...definition, topic: only });
      const opened = openSink(settings.sink, sinks, false, observers());
      const inner = around(opened.sink);
      const batches: (readonly SinkRecord[])[] = [];
      const consumer = createConsumer(settings.consumer, {
        source: createKafkaSource(
          { ...settings.consumer, groupId: all.KAFKA_GROUP_ID ?? topic.groupId },
          sinks.all.map((one) => one.topic),
          settings.sink.retry,
          log,
        ),
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
    /** How many dead letters were sent so far. */
    countDeadLetters: async () => (await takeDeadLetters()).length,
    /** Waits until the table holds at least so many rows. */
    untilRows: (count: number) => until(async () => (await countRows()) >= count, `${count} rows`),
    /** Waits until the group has committed all that is in the topics. */
    untilCommitted: () => until(isCommitted, 'commits at the end of the logs'),
    /**
     * Waits until all is committed, and matches every record with the table and the queue: each is one row or one dead
     * letter, none is missing, doubled or false, and the commits stand at the end of the log.
     *
     * @param options.repeated whether dead letters may have been sent again, as when a batch is delivered again
     */
    async reconcile({ repeated = false } = {}): Promise<Reconciliation> {
      const produced = topics.flatMap((one) => one.produced);
      await until(isCommitted, 'commits at the end of the logs');
      for (const one of topics) {
        const ends = await one.ends();
        expect(
          (await one.committed()).map((offset) => Math.max(0, offset)),
          'commits',
        ).toEqual(ends);
      }
      const samples = new Map(produced.map((sample) => [sample.index, sample]));
      const inTopic = new Set<number>();
      const expected = (record: SinkRecord) => {
        const index = indexOf(record);
        inTopic.add(index);
        const sample = samples.get(index) ?? expect.fail(`no sample ${index} was produced`);
        return expectationOf(record, sample);
      };
      const found = await reconcile(
        database.url,
        [SINK.table],
        readAll(topics),
        expected,
        await takeDeadLetters(),
      );
      expect([found.records, inTopic.size], 'records in the topics, samples in them').toEqual([
        produced.length,
        produced.length,
      ]);
      expect(found).toMatchObject({
        ...FAULTLESS,
        repeatedDeadLetters: repeated ? found.repeatedDeadLetters : 0,
      });
      return found;
    },
  };
}

async function* readAll(
  topics: readonly Awaited<ReturnType<typeof createScenarioTopic>>[],
): AsyncIterable<SinkRecord> {
  for (const topic of topics) yield* topic.read();
}
