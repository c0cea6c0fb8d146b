import { onTestFinished, vi } from 'vitest';
import { type Handler, KafkaNotificationConsumer } from '../../../src/consumer/consumer.ts';
import type { ConsumerWatch } from '../../../src/consumer/turn-meter.ts';
import type { BatchResponse, KafkaEvent, KafkaRecord } from '../../../src/lambda/event.ts';
import { record } from '../../support/records.ts';
import { consumerConfig } from '../../support/topic.ts';
import { createFakeSource } from './fake-source.ts';

export const at = (offset: number, partition = 0, value: unknown = 'x') =>
  record(value, { partition, offset, key: null });

/** Records with these offsets, the last one excluded. */
export const range = (from: number, to: number, partition = 0) =>
  Array.from({ length: to - from }, (_, index) => at(from + index, partition));

export const recordsOf = ({ records }: KafkaEvent): KafkaRecord[] => Object.values(records).flat();

/** The response that gives these records back. */
export const giveBack = (records: readonly KafkaRecord[]): BatchResponse => ({
  batchItemFailures: records.map(({ topic, partition, offset }) => ({
    itemIdentifier: { partition: `${topic}-${partition}`, offset },
  })),
});

/** Lets all go on that needs no time. */
export const settle = () => vi.advanceTimersByTimeAsync(0);

/**
 * A consumer of a topic in memory, on a fake clock. Three partitions are its own, from offset 0 on.
 *
 * @param answer what the handler does; default: all succeeds
 */
export async function drive(
  answer: (records: readonly KafkaRecord[]) => BatchResponse | Promise<BatchResponse> = () =>
    giveBack([]),
  settings: Readonly<Record<string, string>> = {},
  watch: ConsumerWatch = {},
) {
  vi.useFakeTimers();
  const fake = createFakeSource();
  const batches: KafkaRecord[][] = [];
  const warnings: string[] = [];
  const handler: Handler = async (event) => {
    batches.push(recordsOf(event));
    return answer(recordsOf(event));
  };
  const consumer = new KafkaNotificationConsumer(
    consumerConfig('localhost:9092', 'notifications', settings),
    fake.source,
    handler,
    { warn: (message, fields) => warnings.push(`${message} ${JSON.stringify(fields)}`) },
    watch,
  );
  await consumer.start();
  for (const partition of [0, 1, 2]) fake.group().assigned(partition, 0, 0);
  onTestFinished(async () => {
    const stopped = consumer.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    await stopped;
    vi.useRealTimers();
  });
  return {
    ...fake,
    consumer,
    /** What the handler was given, one entry a batch. */
    batches: batches as readonly (readonly KafkaRecord[])[],
    /** The offsets of each batch, as far as they are of this partition. */
    offsets: (partition = 0) =>
      batches.map((batch) =>
        batch.filter((one) => one.partition === partition).map(({ offset }) => offset),
      ),
    warnings: warnings as readonly string[],
  };
}

/** A handler that waits until it is opened. */
export function createGate() {
  const gate = Promise.withResolvers<BatchResponse>();
  return { wait: () => gate.promise, open: (response = giveBack([])) => gate.resolve(response) };
}
