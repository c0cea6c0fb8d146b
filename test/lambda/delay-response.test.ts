import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { delayResponse } from '../../src/lambda/delay-response.ts';
import { startDeadline } from '../../src/timing/deadline.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** After how many milliseconds it ends. */
async function timeOf(ms: number, remainingMs: number): Promise<number | null> {
  let time: number | null = null;
  const start = performance.now();
  const deadline = startDeadline(remainingMs);
  void delayResponse(ms, deadline).then(() => {
    time = performance.now() - start;
    deadline.clear();
  });
  for (let passed = 0; passed < 6000 && time === null; passed += 100)
    await vi.advanceTimersByTimeAsync(100);
  return time;
}

test('a response with failures waits, so that an outage does not use up the deliveries of a batch', async () => {
  expect(await timeOf(4000, 60_000)).toBe(4000);
  expect(vi.getTimerCount()).toBe(0);
});

test('it does not wait beyond the deadline (P7), and leaves no timer that keeps the process', async () => {
  expect(await timeOf(4000, 1000)).toBe(1000);
  expect(await timeOf(4000, 0)).toBeLessThanOrEqual(100);
  expect(vi.getTimerCount()).toBe(0);
});

test('it does not wait unless it is asked for', async () => {
  expect(await timeOf(0, 60_000)).toBeLessThanOrEqual(100);
});
