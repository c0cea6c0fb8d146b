import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Fetched, Fetcher } from '../../src/kafka/fetcher.ts';
import { openStream } from '../../src/kafka/stream.ts';
import type { SinkRecord } from '../../src/record/record.ts';
import type { ConsumerSettings } from '../../src/settings/consumer.ts';
import { sinkRecord as record } from '../support/records.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A stream of partition 0, whose fetches are answered, or not, as the test has it. */
async function createRig() {
  const asked: number[] = [];
  const waiting: PromiseWithResolvers<readonly Fetched[]>[] = [];
  const arrived: number[] = [];
  const breaks: unknown[] = [];
  let closed = false;
  const fetcher: Fetcher = {
    leaders: async (partitions) => new Map([[1, partitions]]),
    fetch(_, positions) {
      asked.push(...positions.values());
      const answer = Promise.withResolvers<readonly Fetched[]>();
      waiting.push(answer);
      return answer.promise;
    },
    close: async () => {
      closed = true;
    },
  };
  const stream = openStream(
    {} as ConsumerSettings,
    new Map([[0, 5]]),
    (records) => arrived.push(...records.map(({ offset }) => offset)),
    (error) => breaks.push(error),
    fetcher,
  );
  await turn();
  return {
    ...{ stream, asked, arrived, breaks },
    isClosed: () => closed,
    async answer(...offsets: number[]) {
      const records: SinkRecord[] = offsets.map((offset) => record('x', { offset }));
      const position = (offsets.at(-1) ?? (asked.at(-1) as number) - 1) + 1;
      waiting.shift()?.resolve([{ partition: 0, records, position }]);
      await turn();
    },
    async fail(error: Error) {
      waiting.shift()?.reject(error);
      await turn();
    },
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('goes on behind what has arrived, and where nothing has', async () => {
  const { asked, arrived, answer } = await createRig();
  await answer(5, 6, 9);
  await answer();
  await answer(10);
  expect(arrived).toEqual([5, 6, 9, 10]);
  expect(asked).toEqual([5, 10, 10, 11]);
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
  expect(breaks).toMatchObject([{ name: 'SilenceError' }]);
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
