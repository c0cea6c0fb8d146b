import { randomBytes } from 'node:crypto';
import { Admin, Producer } from '@platformatic/kafka';
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { createTopic, deleteTopic } from '../../local/kafka.ts';
import { createFetcher } from '../../src/kafka/fetcher.ts';
import type { SinkRecord } from '../../src/record/record.ts';

const kafka = inject('kafka');

/** A topic with one partition, and a fetcher of it. */
async function createLog(reset: 'earliest' | 'latest' = 'earliest') {
  const servers = kafka ?? '';
  const bootstrapServers = servers.split(',');
  const name = `test-${randomBytes(6).toString('hex')}`;
  await createTopic(servers, name, 1);
  const options = { clientId: 'test', bootstrapBrokers: bootstrapServers };
  const admin = new Admin(options);
  const producer = new Producer<Buffer, Buffer, Buffer, Buffer>({
    ...options,
    transactionalId: name,
    idempotent: true,
  });
  const fetcher = createFetcher({
    connection: { bootstrapServers, connectTimeoutMs: 5000, tls: false, sasl: null },
    groupId: 'test',
    topic: name,
    autoOffsetReset: reset,
  });
  onTestFinished(async () => {
    await fetcher.close();
    await producer.close();
    await admin.close();
    await deleteTopic(servers, name);
  });
  const toMessages = (values: readonly string[]) =>
    values.map((value) => ({ topic: name, partition: 0, value: Buffer.from(value) }));
  return {
    name,
    admin,
    produce: (...values: string[]) => producer.send({ messages: toMessages(values) }),
    async transact(end: 'commit' | 'abort', ...values: string[]) {
      const transaction = await producer.beginTransaction();
      for (const value of values) await transaction.send({ messages: toMessages([value]) });
      await transaction[end]();
    },
    /** One fetch. */
    async fetch(position: number) {
      const [node = -1] = (await fetcher.leaders([0])).keys();
      const [fetched] = await fetcher.fetch(node, new Map([[0, position]]));
      return fetched ?? { partition: 0, records: [], position };
    },
  };
}

const show = ({ offset, value }: SinkRecord) => `${offset}=${value ?? ''}`;

describe.skipIf(kafka === null)('a fetch', () => {
  test('begins at its position, also in the middle of what was produced at once', async () => {
    const log = await createLog();
    await log.produce('a', 'b', 'c');
    const { records, position } = await log.fetch(1);
    expect(records.map(show)).toEqual(['1=b', '2=c']);
    expect(position).toBe(3);
    expect(await log.fetch(3)).toMatchObject({ records: [], position: 3 });
  });

  test('leaves out what a producer took back, several times in a row too, and goes on behind it', async () => {
    const log = await createLog();
    await log.transact('commit', 'a', 'b');
    await log.transact('abort', 'c', 'd');
    await log.transact('abort', 'e');
    await log.transact('commit', 'f');
    // Kafka writes a marker some time after it has acknowledged the end.
    await vi.waitFor(async () => expect((await log.fetch(0)).position).toBe(10), 10_000);
    expect((await log.fetch(0)).records.map(show)).toEqual(['0=a', '1=b', '8=f']);
    expect((await log.fetch(4)).records.map(show)).toEqual(['8=f']);
  });

  test('tells by which clock a record has its time', async () => {
    const log = await createLog();
    await log.produce('a');
    await log.admin.incrementalAlterConfigs({
      resources: [
        {
          resourceType: 2,
          resourceName: log.name,
          configs: [{ name: 'message.timestamp.type', configOperation: 0, value: 'LogAppendTime' }],
        },
      ],
    });
    await vi.waitFor(async () => {
      await log.produce('b');
      const { records } = await log.fetch(0);
      expect(records[0]?.timestampType).toBe('CREATE_TIME');
      expect(records.at(-1)?.timestampType).toBe('LOG_APPEND_TIME');
      expect(Math.abs((records.at(-1)?.timestamp ?? 0) - Date.now())).toBeLessThan(60_000);
    }, 10_000);
  });

  test.each([
    ['earliest', 2],
    ['latest', 4],
  ] as const)(
    'goes on at the %s offset where the log does not reach to its position any more',
    async (reset, expected) => {
      const log = await createLog(reset);
      await log.produce('a', 'b', 'c', 'd');
      await log.admin.deleteRecords({
        topics: [{ name: log.name, partitions: [{ partition: 0, offset: 2n }] }],
      });
      expect(await log.fetch(0)).toMatchObject({ records: [], position: expected });
      expect(await log.fetch(100)).toMatchObject({ records: [], position: expected });
      expect((await log.fetch(2)).records.map(show)).toEqual(['2=c', '3=d']);
    },
  );
});
