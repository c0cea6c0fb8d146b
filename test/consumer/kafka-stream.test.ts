import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { KafkaClient } from '../../src/consumer/kafka-client.ts';
import { openStream } from '../../src/consumer/kafka-stream.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A stream of the client that fetches, or is silent, as the test has it: the client's fault cannot be called up. */
async function createRig() {
  const inner = Object.assign(new EventEmitter(), {
    pause: () => {},
    resume: () => {},
    close: async () => {},
  });
  const client = { consume: async () => inner } as unknown as KafkaClient;
  const breaks: Error[] = [];
  const stream = await openStream(
    client,
    'notifications',
    new Map([[0, 0]]),
    'earliest',
    () => {},
    (error) => breaks.push(error),
  );
  return {
    stream,
    breaks,
    fetched: () => inner.emit('fetch'),
    fail: (error: Error) => inner.emit('error', error),
  };
}

test('a stream that fetches every few seconds goes on, though no record comes', async () => {
  const { breaks, fetched } = await createRig();
  for (let second = 0; second < 120; second += 5) {
    vi.advanceTimersByTime(5000);
    fetched();
  }
  expect(breaks).toEqual([]);
});

test('a stream whose first fetch never ends is given up after 15 s, once', async () => {
  const { breaks } = await createRig();
  vi.advanceTimersByTime(15_000);
  expect(breaks).toEqual([]);
  vi.advanceTimersByTime(60_000);
  expect(breaks).toMatchObject([{ name: 'SilenceError' }]);
});

test('a stream that falls silent is given up 15 s after its last fetch', async () => {
  const { breaks, fetched } = await createRig();
  vi.advanceTimersByTime(10_000);
  fetched();
  vi.advanceTimersByTime(15_000);
  expect(breaks).toEqual([]);
  vi.advanceTimersByTime(2000);
  expect(breaks).toHaveLength(1);
});

test('a stream that is paused may be silent, and has its time when it goes on', async () => {
  const { stream, breaks } = await createRig();
  stream.pause();
  vi.advanceTimersByTime(300_000);
  stream.resume();
  vi.advanceTimersByTime(14_000);
  expect(breaks).toEqual([]);
  vi.advanceTimersByTime(3000);
  expect(breaks).toHaveLength(1);
});

test('a stream that was closed, or has failed, is not given up as well', async () => {
  const closed = await createRig();
  closed.stream.close();
  closed.fail(new Error('too late'));
  const failed = await createRig();
  failed.fail(new Error('gone'));
  vi.advanceTimersByTime(60_000);
  expect(closed.breaks).toEqual([]);
  expect(failed.breaks).toEqual([new Error('gone')]);
  expect(vi.getTimerCount()).toBe(0);
});
