import { randomBytes } from 'node:crypto';
import { Admin, type MessageToProduce, Producer } from '@platformatic/kafka';
import { inject, onTestFinished, vi } from 'vitest';
import { createRecordFetcher, type Fetched } from '../../../src/kafka/range-reader.ts';
import type { SinkRecord } from '../../../src/record/record.ts';
import { readConnection } from '../../consumer/support/connection.ts';

type Message = Omit<MessageToProduce<Buffer, Buffer, Buffer, Buffer | null>, 'topic'>;

/** A topic of one partition, if nothing else is said, for the running test. */
export async function createLog(
  options: {
    servers?: string;
    partitions?: number;
    configs?: Readonly<Record<string, string>>;
  } = {},
) {
  const { servers = inject('kafka') ?? '', partitions = 1, configs = {} } = options;
  const name = `letters-${randomBytes(6).toString('hex')}`;
  const bootstrap = { clientId: 'test', bootstrapBrokers: [servers] };
  const admin = new Admin(bootstrap);
  const producer = new Producer<Buffer, Buffer, Buffer, Buffer | null>({
    ...bootstrap,
    idempotent: true,
    retries: 5,
  });
  onTestFinished(async () => {
    await producer.close(true);
    await admin.deleteTopics({ topics: [name] });
    await admin.close();
  });
  await admin.createTopics({
    topics: [name],
    ...{ partitions, replicas: 1 },
    configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
  });
  const timestamp = -1n;
  const all = Array.from({ length: partitions }, (_, partitionIndex) => ({
    ...{ partitionIndex, timestamp },
  }));
  await vi.waitFor(() => admin.listOffsets({ topics: [{ name, partitions: all }] }), 15_000);
  const connection = readConnection({ KAFKA_BOOTSTRAP_SERVERS: servers });
  return {
    ...{ name, servers, connection, producer },
    async produce(messages: readonly Message[], compression: 'none' | 'gzip' = 'none') {
      const all = messages.map((message) => ({ partition: 0, ...message, topic: name }));
      await producer.send({ messages: all, compression });
    },
    /** Deletes what is before an offset, as retention does. */
    async deleteBefore(offset: number): Promise<void> {
      const partitionOffsets = [{ partition: 0, offset: BigInt(offset) }];
      await admin.deleteRecords({ topics: [{ name, partitions: partitionOffsets }] });
    },
    /** All of a range, in short. */
    async read(first: number, last: number, partition = 0): Promise<string[]> {
      const fetcher = createRecordFetcher(connection);
      try {
        return await inShort(fetcher.fetch(name, partition, BigInt(first), BigInt(last)));
      } finally {
        await fetcher.close();
      }
    },
    async records(first: number, last: number, partition = 0): Promise<SinkRecord[]> {
      const fetcher = createRecordFetcher(connection);
      const records: SinkRecord[] = [];
      try {
        for await (const one of fetcher.fetch(name, partition, BigInt(first), BigInt(last)))
          if (one.kind === 'record') records.push(one.record);
        return records;
      } finally {
        await fetcher.close();
      }
    },
  };
}

/** `3=value` for a record, `4-5 deleted` for offsets that are gone. */
export async function inShort(fetched: AsyncIterable<Fetched>): Promise<string[]> {
  const lines: string[] = [];
  for await (const one of fetched)
    lines.push(
      one.kind === 'record'
        ? `${one.record.offset}=${one.record.value ?? ''}`
        : `${one.first}-${one.last} ${one.why}`,
    );
  return lines;
}

export const messages = (...values: string[]): Message[] =>
  values.map((value) => ({ value: Buffer.from(value) }));
