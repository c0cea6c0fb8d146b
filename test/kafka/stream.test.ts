import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { FetchClient, Fetched } from '../../src/kafka/fetch-client.ts';
import { openStream, type Reset } from '../../src/kafka/stream.ts';
import { PartitionMap } from '../../src/record/partition.ts';
import type { KafkaConnectionSettings } from '../../src/settings/kafka.ts';
import { batchOf, fetchedOf } from './support/batch.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const AT = { topic: 'topic', partition: 0 };

/** A stream of partition 0 from offset 5 on. The test answers its fetches. */
async function createRig() {
  const asked: number[] = [];
  const waiting: PromiseWithResolvers<Answer>[] = [];
  const arrived: number[] = [];
  const resets: Reset[] = [];
  const breaks: unknown[] = [];
  let closed = false;
  const client: FetchClient = {
    leaders: async (partitions) => new PartitionMap(partitions.map((at) => [at, 1])),
    fetch(_node, offsets) {
      asked.push(...[...offsets].map(([, offset]) => Number(offset)));
      const answer = Promise.withResolvers<Answer>();
      waiting.push(answer);
      return answer.promise;
    },
    bounds: async () => new PartitionMap([[AT, { start: 20n, end: 30n }]]),
    close: async () => {
      closed = true;
    },
  };
  const stream = openStream(
    {} as KafkaConnectionSettings,
    new PartitionMap([[AT, 5]]),
    {
      onFlow: () => {},
      onRecords: (records) => arrived.push(...records.map(({ offset }) => offset)),
      onReset: (reset) => resets.push(reset),
      onUnreadable: () => {},
      onBreak: (error) => breaks.push(error),
    },
    client,
  );
  await turn();
  return {
    ...{ stream, asked, arrived, resets, breaks },
    isClosed: () => closed,
    async answer(...offsets: number[]) {
      waiting.shift()?.resolve(offsets.length === 0 ? [] : [fetchedOf([batchOf(offsets)])]);
      await turn();
    },
    async outOfRange() {
      waiting.shift()?.resolve('out-of-range');
      await turn();
    },
    async fail(error: Error) {
      waiting.shift()?.reject(error);
      await turn();
    },
  };
}

type Answer = readonly Fetched[] | 'out-of-range';

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('goes on behind what has arrived, and where nothing has', async () => {
  const { asked, arrived, answer } = await createRig();
  await answer(5, 6, 9);
  await answer();
  await answer(10);
  expect(arrived).toEqual([5, 6, 9, 10]);
  expect(asked).toEqual([5, 10, 10, 11]);
});

test('goes on at the start of the log when it does not hold the offset any more, and tells so', async () => {
  const { asked, arrived, resets, answer, outOfRange } = await createRig();
  await outOfRange();
  await answer(19, 20, 30);
  expect(asked).toEqual([5, 20, 31]);
  expect(arrived).toEqual([20, 30]);
  expect(resets).toEqual([{ ...AT, offset: 5, start: 20 }]);
});

test('asks for no more while it is paused, however often, and for the next when it goes on', async () => {
  const { stream, asked, arrived, answer } = await createRig();
  stream.pause();
  await answer(5);
  stream.pause();
  await turn();
  expect(arrived).toEqual([5]);
  expect(asked).toEqual([5]);
  stream.resume();
  stream.resume();
  await turn();
  expect(asked).toEqual([5, 6]);
});

test('a stream that fetches every few seconds goes on, though no record comes', async () => {
  const { breaks, answer } = await createRig();
  for (let second = 0; second < 120; second += 5) {
    vi.advanceTimersByTime(5000);
    await answer();
  }
  expect(breaks).toEqual([]);
});

test('a stream whose fetch never ends is given up after 15 s, once, and closes its connections', async () => {
  const { breaks, answer, isClosed } = await createRig();
  vi.advanceTimersByTime(10_000);
  await answer();
  vi.advanceTimersByTime(14_999);
  await turn();
  expect(breaks).toEqual([]);
  vi.advanceTimersByTime(60_000);
  await turn();
  expect(breaks).toMatchObject([{ name: 'DeadlineError' }]);
  expect(isClosed()).toBe(true);
});

test('a stream that is paused may be silent, and has its time when it goes on', async () => {
  const { stream, breaks, answer } = await createRig();
  stream.pause();
  await answer(5);
  vi.advanceTimersByTime(300_000);
  stream.resume();
  await turn();
  vi.advanceTimersByTime(14_000);
  await turn();
  expect(breaks).toEqual([]);
  vi.advanceTimersByTime(2000);
  await turn();
  expect(breaks).toHaveLength(1);
});

test('a stream that was closed delivers nothing more, and nothing breaks it', async () => {
  const { stream, asked, arrived, breaks, answer, fail } = await createRig();
  stream.close();
  await answer(5, 6);
  expect(arrived).toEqual([]);
  await fail(new Error('too late'));
  vi.advanceTimersByTime(60_000);
  await turn();
  expect([breaks, asked]).toEqual([[], [5]]);
});

test('a stream that is closed while it is paused ends', async () => {
  const { stream, breaks, answer, fail, isClosed } = await createRig();
  stream.pause();
  await answer(5);
  stream.close();
  await turn();
  await fail(new Error('closed'));
  expect(isClosed()).toBe(true);
  expect(breaks).toEqual([]);
});

test('what goes wrong ends the stream, with the reason', async () => {
  const { asked, breaks, fail, isClosed } = await createRig();
  await fail(new Error('gone'));
  vi.advanceTimersByTime(60_000);
  await turn();
  expect(breaks).toEqual([new Error('gone')]);
  expect(isClosed()).toBe(true);
  expect(asked).toEqual([5]);
});
