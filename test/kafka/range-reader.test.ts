import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { type LocalKafka, startKafka } from '../../local/kafka.ts';
import { createRecordFetcher } from '../../src/kafka/range-reader.ts';
import { readConnection } from '../consumer/support/connection.ts';
import { createLog, inShort, messages } from './support/kafka-topic.ts';

const within = { timeout: 30_000, interval: 50 };

test('says which broker did not answer', async () => {
  const fetcher = createRecordFetcher(readConnection({ KAFKA_BOOTSTRAP_SERVERS: '127.0.0.1:1' }));
  onTestFinished(() => fetcher.close());
  await expect(inShort(fetcher.fetch('a', 0, 0n, 9n))).rejects.toMatchObject({
    name: 'KafkaError',
    fault: 'unreachable',
    message: expect.stringMatching(/^No Kafka broker answered at 127\.0\.0\.1:1\b/),
  });
});

describe.skipIf(inject('kafka') === null)('over a real broker', () => {
  test('records are as they are in the topic: key, header bytes, nulls, names that repeat', async () => {
    const log = await createLog();
    const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    await log.produce([
      {
        ...{ key: everyByte, value: everyByte, timestamp: 1_700_000_000_123n },
        headers: new Map([
          [Buffer.from('é'), everyByte],
          [Buffer.from('twice'), Buffer.from('1')],
          [Buffer.from('twice'), Buffer.alloc(0)],
          [Buffer.from('null'), null],
        ]),
      },
      { key: Buffer.alloc(0), value: Buffer.alloc(0), timestamp: 1_700_000_000_000n },
    ]);
    await log.produce([{ timestamp: -1n }]);
    const [first, empty, tombstone] = await log.records(0, 2);
    expect(first).toEqual({
      ...{ topic: log.name, partition: 0, offset: 0 },
      ...{ timestamp: 1_700_000_000_123, timestampType: 'CREATE_TIME' },
      ...{ key: everyByte, value: everyByte },
      headers: [
        { name: 'é', value: everyByte },
        { name: 'twice', value: Buffer.from('1') },
        { name: 'twice', value: Buffer.alloc(0) },
        { name: 'null', value: null },
      ],
    });
    expect(tombstone).toMatchObject({ key: null, value: null, headers: [], timestamp: -1 });
    expect(empty).toMatchObject({
      key: Buffer.alloc(0),
      value: Buffer.alloc(0),
      timestamp: 1_700_000_000_000,
    });
  });

  test("where the broker sets the time, its time and the kind of it are the record's", async () => {
    const log = await createLog({ configs: { 'message.timestamp.type': 'LogAppendTime' } });
    const before = Date.now();
    await log.produce([{ value: Buffer.from('a'), timestamp: 0n }]);
    const [record] = await log.records(0, 0);
    expect(record?.timestampType).toBe('LOG_APPEND_TIME');
    expect(record?.timestamp).toBeGreaterThanOrEqual(before);
  });

  test.each<['none' | 'gzip']>([['none'], ['gzip']])(
    'a range is exact within and across batches, compressed by %s',
    async (compression) => {
      const log = await createLog();
      await log.produce(messages('a', 'b', 'c'), compression);
      await log.produce(messages('d', 'e', 'f'), compression);
      expect(await log.read(1, 4)).toEqual(['1=b', '2=c', '3=d', '4=e']);
      expect(await log.read(3, 3)).toEqual(['3=d']);
      expect(await log.read(4, 3)).toEqual([]);
    },
  );

  test('offsets before the beginning of the log were deleted, in the middle of a batch too', async () => {
    const log = await createLog();
    await log.produce(messages('a', 'b', 'c', 'd'));
    await log.deleteBefore(2);
    expect(await log.read(0, 3)).toEqual(['0-1 deleted', '2=c', '3=d']);
    expect(await log.read(0, 1)).toEqual(['0-1 deleted']);
    await log.deleteBefore(4);
    expect(await log.read(1, 3)).toEqual(['1-3 deleted']);
    expect(await log.read(3, 5)).toEqual(['3-3 deleted', '4-5 not-written-yet']);
  });

  test('offsets behind the end of the log are not written yet', async () => {
    const log = await createLog();
    expect(await log.read(0, 2)).toEqual(['0-2 not-written-yet']);
    await log.produce(messages('a', 'b'));
    expect(await log.read(1, 9)).toEqual(['1=b', '2-9 not-written-yet']);
    expect(await log.read(2, 2)).toEqual(['2-2 not-written-yet']);
    expect(await log.read(7, 9)).toEqual(['7-9 not-written-yet']);
  });

  test('there is no such partition, or no such topic', async () => {
    const log = await createLog();
    expect(await log.read(0, 5, 1)).toEqual(['0-5 no-such-partition']);
    const fetcher = createRecordFetcher(log.connection);
    onTestFinished(() => fetcher.close());
    expect(await inShort(fetcher.fetch('no-such-topic', 0, 3n, 4n))).toEqual(['3-4 no-such-topic']);
    // Which says nothing about others.
    await log.produce(messages('a'));
    expect(await inShort(fetcher.fetch(log.name, 0, 0n, 0n))).toEqual(['0=a']);
  });

  test('the markers of transactions are passed over, and what a producer took back is told', async () => {
    const log = await createLog();
    await log.produce(messages('a'));
    for (const [end, ...values] of [
      ['commit', 'b', 'c'],
      ['abort', 'd', 'e'],
      ['abort', 'f'],
      ['commit', 'g'],
    ] as const) {
      const transaction = await log.producer.beginTransaction();
      for (const value of values)
        await transaction.send({
          messages: [{ topic: log.name, partition: 0, value: Buffer.from(value) }],
        });
      await transaction[end]();
    }
    // a b c COMMIT d e ABORT f ABORT g COMMIT h. Kafka writes a marker some time after it has acknowledged the end.
    const decided = ['0=a', '1=b', '2=c', '4-5 aborted', '7-7 aborted', '9=g'];
    await vi.waitFor(async () => expect(await log.read(0, 9)).toEqual(decided), within);
    await log.produce(messages('h'));
    expect(await log.read(0, 11)).toEqual([...decided, '11=h']);
    expect(await log.read(3, 3)).toEqual([]);
    expect(await log.read(5, 9)).toEqual(['5-5 aborted', '7-7 aborted', '9=g']);
    expect(await log.read(7, 7)).toEqual(['7-7 aborted']);
  });

  test('records of a transaction that is still open are not written yet', async () => {
    const log = await createLog();
    await log.produce(messages('a'));
    const transaction = await log.producer.beginTransaction();
    await transaction.send({ messages: [{ topic: log.name, value: Buffer.from('b') }] });
    expect(await log.read(0, 1)).toEqual(['0=a', '1-1 not-written-yet']);
    await transaction.commit();
    await vi.waitFor(async () => expect(await log.read(0, 1)).toEqual(['0=a', '1=b']), within);
  });

  test('several ranges can be read at a time, of several partitions, and again', async () => {
    const log = await createLog({ partitions: 3 });
    for (const partition of [0, 1, 2])
      await log.produce(messages('a', 'b', 'c').map((one) => ({ ...one, partition })));
    const fetcher = createRecordFetcher(log.connection);
    onTestFinished(() => fetcher.close());
    const ranges = [0, 1, 2, 0, 1, 2].map((partition) =>
      inShort(fetcher.fetch(log.name, partition, 1n, 3n)),
    );
    for (const range of await Promise.all(ranges))
      expect(range).toEqual(['1=b', '2=c', '3-3 not-written-yet']);
    expect(await inShort(fetcher.fetch(log.name, 0, 3n, 3n))).toEqual(['3-3 not-written-yet']);
    expect(await inShort(fetcher.fetch(log.name, 0, 3n, 3n))).toEqual(['3-3 not-written-yet']);
  });

  test('a long range comes in many fetches, and is ended by the signal', async () => {
    const log = await createLog();
    const value = Buffer.alloc(100_000, 'x');
    for (let part = 0; part < 5; part += 1)
      await log.produce(Array.from({ length: 10 }, () => ({ value })));
    expect(await log.records(0, 49)).toHaveLength(50);

    const fetcher = createRecordFetcher(log.connection);
    onTestFinished(() => fetcher.close());
    const controller = new AbortController();
    let count = 0;
    const reading = (async () => {
      for await (const _ of fetcher.fetch(log.name, 0, 0n, 49n, controller.signal)) {
        count += 1;
        controller.abort(new Error('enough'));
      }
    })();
    await expect(reading).rejects.toThrow('enough');
    expect(count).toBeLessThan(50);
  });

  test('a record that is larger than a fetch comes all the same', async () => {
    const log = await createLog();
    await log.produce([{ value: Buffer.alloc(3_000_000, 'x') }, ...messages('b')]);
    expect((await log.records(0, 1)).map(({ value }) => value?.length)).toEqual([3_000_000, 1]);
  });
});

describe.skipIf(inject('kafka') === null)('over a broker of its own', () => {
  let kafka: LocalKafka;
  beforeAll(async () => {
    kafka = await startKafka({ settings: { 'log.cleaner.backoff.ms': '100' } });
  });
  afterAll(() => kafka?.stop());

  test('what compaction took is told apart from what is there, in the middle and at the end', async () => {
    const log = await createLog({
      servers: kafka.bootstrapServers,
      configs: {
        'cleanup.policy': 'compact',
        'segment.ms': '100',
        'min.cleanable.dirty.ratio': '0.001',
      },
    });
    const put = async (...pairs: string[]) =>
      log.produce(
        pairs.map((pair) => ({ key: Buffer.from(pair[0] ?? ''), value: Buffer.from(pair) })),
      );
    await put('a1', 'b1', 'a2');
    await put('c1', 'c2', 'b2');
    // A segment ends with the first record after its time, and only whole segments are compacted.
    await vi.waitFor(async () => {
      await put('z');
      const found = await log.read(0, 5);
      expect(found).toEqual(['0-1 compacted', '2=a2', '3-3 compacted', '4=c2', '5=b2']);
    }, within);
    expect(await log.read(0, 0)).toEqual(['0-0 compacted']);
    expect(await log.read(1, 3)).toEqual(['1-1 compacted', '2=a2', '3-3 compacted']);
  });

  test('a broker that goes away in the middle of a range is told of, after some tries', async () => {
    const log = await createLog({ servers: kafka.bootstrapServers });
    for (let part = 0; part < 3; part += 1)
      await log.produce(Array.from({ length: 10 }, () => ({ value: Buffer.alloc(100_000) })));
    const fetcher = createRecordFetcher(log.connection);
    onTestFinished(() => fetcher.close());
    let count = 0;
    const reading = async () => {
      for await (const _ of fetcher.fetch(log.name, 0, 0n, 29n)) {
        if (count === 0) kafka.kill('SIGKILL');
        count += 1;
      }
    };
    await expect(reading()).rejects.toMatchObject({
      name: 'KafkaError',
      fault: 'unreachable',
      message: expect.stringMatching(`^No Kafka broker answered at ${kafka.bootstrapServers}`),
    });
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThan(30);
    await kafka.restart();
    expect(await inShort(fetcher.fetch(log.name, 0, 30n, 31n))).toEqual(['30-31 not-written-yet']);
  });
});
