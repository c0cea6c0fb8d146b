import kafkajs from 'kafkajs';
import { onTestFinished } from 'vitest';
import { readTopic } from '../../../local/kafka-topics.ts';
import { type Reconciliation, reconcile } from '../../../local/reconcile.ts';
import { INDEX_HEADER, indexOf } from '../../../local/samples.ts';
import type { SinkRecord } from '../../../src/record/record.ts';
import { createPace } from '../../../src/timing/pace.ts';
import type { Place } from '../../service/support/service.ts';
import { SINK } from '../../support/notifications.ts';
import { expectationOf, makeSample } from '../../support/samples.ts';

/** Records of one step at most: what is late after an outage comes in several. */
const MOST = 3000;
/** Steps a second. */
const STEPS = 25;

/** Of two in a thousand, the value is no JSON. */
const sampleOf = (index: number) =>
  makeSample(index, 0, { rejected: index % 500 === 7 ? 'invalid_json' : null });

/**
 * Produces samples to a topic, all in order and each once, whatever happens to the brokers: by a client that is not the
 * sink's, idempotent, with writes that all replicas in sync have.
 *
 * @param servers comma-separated
 */
export async function createSteadyLoad(servers: string, topic: string, partitions: number) {
  const kafka = new kafkajs.Kafka({
    brokers: servers.split(','),
    logLevel: kafkajs.logLevel.NOTHING,
    requestTimeout: 5000,
    retry: { retries: 1000, initialRetryTime: 100, maxRetryTime: 500 },
  });
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  onTestFinished(() => producer.disconnect());
  let next = 0;
  let failure: unknown;

  /** A request for each partition: where one of several has to be sent again, this client can leave another out. */
  async function send(count: number): Promise<void> {
    const messages = Array.from({ length: count }, (_, at) => {
      const { key, value } = sampleOf(next + at);
      const headers = { [INDEX_HEADER]: String(next + at) };
      return { key, value, headers, partition: (next + at) % partitions };
    });
    const requests = Map.groupBy(messages, ({ partition }) => partition).values();
    await Promise.all(requests.map((messages) => producer.send({ topic, acks: -1, messages })));
    next += count;
  }

  return {
    /** How many the brokers have acknowledged. */
    acknowledged: () => next,
    /** @throws what ended the flow */
    check(): void {
      if (failure) throw failure;
    },
    /**
     * Produces at a rate until it is stopped.
     *
     * @returns stops it; resolves when the brokers have all that was produced
     */
    flow(rate: number): () => Promise<void> {
      const stopping = new AbortController();
      const start = performance.now();
      const first = next;
      const due = () => first + Math.floor(((performance.now() - start) / 1000) * rate) - next;
      const run = async () => {
        const pace = createPace(STEPS, stopping.signal);
        while (!stopping.signal.aborted) {
          await send(Math.min(MOST, due()));
          await pace(1);
        }
      };
      const done = run();
      done.catch((error) => {
        failure = error;
      });
      return () => {
        stopping.abort();
        return done;
      };
    },
    /** Matches every record with the table and the queue, and makes sure that the topic has each sample once. */
    async reconcile({ database, queue }: Place): Promise<Reconciliation & { samples: number }> {
      const seen = new Set<number>();
      const expected = (record: SinkRecord) => {
        const index = indexOf(record);
        seen.add(index);
        return expectationOf(record, sampleOf(index));
      };
      const records = readTopic(servers.split(','), topic, partitions);
      const dead = await queue.takeDeadLetters();
      const found = await reconcile(database.url, [SINK.table], records, expected, dead);
      return { ...found, samples: seen.size };
    },
  };
}
