import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { DeadlineError } from '../../src/timing/deadline.ts';
import { waitAtMost, within } from '../../src/timing/within.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  // Whoever is done has cleared its timer.
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const never = () => new Promise<never>(() => {});
/** Lets the time pass; a rejection of the promise is handled from the beginning on. */
async function elapse<T>(ms: number, promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  await vi.advanceTimersByTimeAsync(ms);
  return promise;
}

describe('within', () => {
  test('returns what the work returns in time, or throws what it throws', async () => {
    const error = new Error('of the work');
    await expect(within(1000, async () => 'done')).resolves.toBe('done');
    await expect(within(1000, () => Promise.reject(error))).rejects.toBe(error);
    await expect(
      within(1000, () => {
        throw error;
      }),
    ).rejects.toBe(error);
  });

  test('throws a DeadlineError when the time is over, and aborts the signal with it', async () => {
    let given: AbortSignal | undefined;
    const late = within(1000, (signal) => {
      given = signal;
      return never();
    });
    await expect(elapse(999, Promise.race([late, 'open']))).resolves.toBe('open');
    await expect(elapse(1, late)).rejects.toThrow('Not done within 1000 ms.');
    expect(given?.reason).toBeInstanceOf(DeadlineError);
  });

  test('is not disturbed by work that fails after the time', async () => {
    // An unhandled rejection would end the process, and here the test run.
    const work = Promise.withResolvers<never>();
    await expect(
      elapse(
        1000,
        within(1000, () => work.promise),
      ),
    ).rejects.toThrow(DeadlineError);
    work.reject(new Error('too late'));
    await vi.advanceTimersByTimeAsync(1000);
  });
});

describe('waitAtMost', () => {
  test('waits for the promise, and throws what it rejects with', async () => {
    const error = new DeadlineError('of the work');
    await waitAtMost(1000, Promise.resolve());
    await waitAtMost(1000, undefined);
    await expect(waitAtMost(1000, Promise.reject(error))).rejects.toBe(error);
  });

  test('goes on without an error when the time is over', async () => {
    await elapse(1000, waitAtMost(1000, never()));
    await elapse(1, waitAtMost(0, never()));
  });
});
