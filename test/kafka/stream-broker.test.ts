import { randomBytes } from 'node:crypto';
import { Admin, Producer } from '@platformatic/kafka';
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { createTopic, deleteTopic } from '../../local/kafka.ts';
import { openStream } from '../../src/kafka/stream.ts';
import { PartitionMap } from '../../src/record/partition.ts';
import type { SinkRecord } from '../../src/record/record.ts';

const kafka = inject('kafka');

const within = { timeout: 20_000, interval: 20 };

/** A topic with one partition, and streams of it. */
async function createLog() {
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
  onTestFinished(async () => {
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
    /** What arrives from an offset on, until the test ends. */
    read(offset: number): SinkRecord[] {
      const arrived: SinkRecord[] = [];
      const stream = openStream(
        {
          ...{ bootstrapServers, connectTimeoutMs: 5000, maxUncompressedBytes: 2 ** 26 },
          ...{ tls: false, sasl: null },
        },
        new PartitionMap([[{ topic: name, partition: 0 }, offset]]),
        {
          onFlow: () => {},
          onRecords: (records) => arrived.push(...records),
          onReset: () => {},
          onUnreadable: () => {},
          onBreak: (error) => expect.fail(String(error)),
        },
      );
      onTestFinished(() => stream.close());
      return arrived;
    },
  };
}

const show = ({ offset, value }: SinkRecord) => `${offset}=${value}`;

describe.skipIf(kafka === null)('a stream', () => {
  test('begins at its offset, also in the middle of a batch, and goes on with what comes later', async () => {
    const log = await createLog();
    await log.produce('a', 'b', 'c');
    const arrived = log.read(1);
    await vi.waitFor(() => expect(arrived.map(show)).toEqual(['1=b', '2=c']), within);
    await log.produce('d');
    await vi.waitFor(() => expect(arrived.map(show)).toEqual(['1=b', '2=c', '3=d']), within);
  });

  test('leaves out aborted transactions, several in a row too, and goes on behind them', async () => {
    const log = await createLog();
    await log.transact('commit', 'a', 'b');
    await log.transact('abort', 'c', 'd');
    await log.transact('abort', 'e');
    await log.transact('commit', 'f');
    const [all, some] = [log.read(0), log.read(4)];
    await vi.waitFor(() => {
      expect(all.map(show)).toEqual(['0=a', '1=b', '8=f']);
      expect(some.map(show)).toEqual(['8=f']);
    }, within);
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
    const arrived = log.read(0);
    await vi.waitFor(async () => {
      await log.produce('b');
      expect(arrived[0]?.timestampType).toBe('CREATE_TIME');
      expect(arrived.at(-1)?.timestampType).toBe('LOG_APPEND_TIME');
      expect(Math.abs((arrived.at(-1)?.timestamp ?? 0) - Date.now())).toBeLessThan(60_000);
    }, within);
  });

  test('goes on at the start of the log when it does not hold the offset any more', async () => {
    const log = await createLog();
    await log.produce('a', 'b', 'c', 'd');
    await log.admin.deleteRecords({
      topics: [{ name: log.name, partitions: [{ partition: 0, offset: 2n }] }],
    });
    const [before, behind, there] = [log.read(0), log.read(100), log.read(2)];
    await log.produce('e');
    await vi.waitFor(() => {
      for (const arrived of [before, behind, there])
        expect(arrived.map(show)).toEqual(['2=c', '3=d', '4=e']);
    }, within);
  });
});
