import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { DeadlineError, startDeadline } from '../../src/timing/deadline.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** What has become of a promise so far. */
function follow<T>(promise: Promise<T>) {
  const seen: { value?: T; error?: unknown } = {};
  promise.then(
    (value) => {
      seen.value = value;
    },
    (error) => {
      seen.error = error;
    },
  );
  return seen;
}

const never = () => new Promise<never>(() => {});

test('the time that is left runs down to 0 and stays there', async () => {
  const deadline = startDeadline(1000);
  expect(deadline.remainingMs()).toBe(1000);
  await vi.advanceTimersByTimeAsync(400);
  expect(deadline.remainingMs()).toBe(600);
  await vi.advanceTimersByTimeAsync(599);
  expect(deadline.remainingMs()).toBe(1);
  expect(deadline.signal.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(deadline.remainingMs()).toBe(0);
  await vi.advanceTimersByTimeAsync(1000);
  expect(deadline.remainingMs()).toBe(0);
});

test('when it passes, the signal aborts with a DeadlineError', async () => {
  const { signal } = startDeadline(1000);
  const aborted = vi.fn();
  signal.addEventListener('abort', aborted);
  await vi.advanceTimersByTimeAsync(999);
  expect(aborted).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(aborted).toHaveBeenCalledOnce();
  expect(signal.reason).toEqual(new DeadlineError('The time for the batch ran out.'));
});

test('one that is farther away than a timer of Node can be has not passed', async () => {
  const deadline = startDeadline(2 ** 31);
  await vi.advanceTimersByTimeAsync(1000);
  expect(deadline.signal.aborted).toBe(false);
});

test.each([0, -1, -60_000, Number.NaN, Number.NEGATIVE_INFINITY])(
  'a deadline in %d ms has passed already',
  async (ms) => {
    const deadline = startDeadline(ms);
    expect(deadline.remainingMs()).toBe(0);
    expect(deadline.signal.reason).toBeInstanceOf(DeadlineError);
    expect(vi.getTimerCount()).toBe(0);
    await expect(deadline.race(never())).rejects.toBe(deadline.signal.reason);
  },
);

describe('a race', () => {
  test('is won by what ends in time, with its value or its error', async () => {
    const deadline = startDeadline(1000);
    const error = new Error('of the work');
    await expect(deadline.race(Promise.resolve('done'))).resolves.toBe('done');
    await expect(deadline.race(Promise.reject(error))).rejects.toBe(error);
    const last = new Promise((resolve) => setTimeout(() => resolve('just in time'), 999));
    const seen = follow(deadline.race(last));
    await vi.advanceTimersByTimeAsync(1000);
    expect(seen).toEqual({ value: 'just in time' });
  });

  test('is lost by what does not, at the deadline and not later', async () => {
    const deadline = startDeadline(1000);
    const races = [never(), never()].map((work) => follow(deadline.race(work)));
    await vi.advanceTimersByTimeAsync(999);
    expect(races).toEqual([{}, {}]);
    await vi.advanceTimersByTimeAsync(1);
    expect(races.map(({ error }) => error)).toEqual([
      deadline.signal.reason,
      deadline.signal.reason,
    ]);
  });

  test('that was lost is not disturbed by what its work does later', async () => {
    // An unhandled rejection would end the process, and here the test run.
    const deadline = startDeadline(1000);
    const work = Promise.withResolvers<never>();
    const seen = follow(deadline.race(work.promise));
    await vi.advanceTimersByTimeAsync(1000);
    work.reject(new Error('too late'));
    await vi.advanceTimersByTimeAsync(1000);
    expect(seen.error).toBeInstanceOf(DeadlineError);
  });

  test('leaves no listener behind, however many there are', async () => {
    const deadline = startDeadline(1000);
    const add = vi.spyOn(deadline.signal, 'addEventListener');
    const remove = vi.spyOn(deadline.signal, 'removeEventListener');
    const warned = vi.spyOn(process, 'emitWarning');
    const work = Promise.withResolvers<void>();
    const races = Array.from({ length: 50 }, () => deadline.race(work.promise));
    work.resolve();
    await Promise.all(races);
    expect(add).toHaveBeenCalledTimes(50);
    const listeners = (calls: typeof add.mock.calls | typeof remove.mock.calls) =>
      calls.map(([event, listener]) => [event, listener]);
    expect(listeners(remove.mock.calls)).toEqual(listeners(add.mock.calls));
    expect(warned).not.toHaveBeenCalled();
  });
});

test('a deadline that is cleared leaves no timer and never passes', async () => {
  const deadline = startDeadline(1000);
  expect(vi.getTimerCount()).toBe(1);
  deadline.clear();
  deadline.clear();
  expect(vi.getTimerCount()).toBe(0);
  await vi.advanceTimersByTimeAsync(5000);
  expect(deadline.signal.aborted).toBe(false);
});
