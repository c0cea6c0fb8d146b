import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createResilience } from '../../src/postgres/connection/retry-and-breaker.ts';
import { CircuitOpenError, StoreError } from '../../src/record/errors.ts';
import type { CircuitBreakerSettings } from '../../src/settings/sink.ts';
import type { Circuit } from '../../src/timing/circuit-breaker.ts';
import { type Deadline, DeadlineError, startDeadline } from '../../src/timing/deadline.ts';
import type { RetryPolicy } from '../../src/timing/retry.ts';

const RETRY: RetryPolicy = { maxAttempts: 3, baseDelayMs: 100, maxDelayMs: 5000, jitter: 0 };
const NO_RETRY: RetryPolicy = { ...RETRY, maxAttempts: 0 };
const BREAKER: CircuitBreakerSettings = { threshold: 5, openMs: 1000, maxOpenMs: 4000 };
/** A breaker that does not open, for what concerns the retry alone. */
const NO_BREAKER: CircuitBreakerSettings = { ...BREAKER, threshold: 1000 };

const transient = (n = 0) => new StoreError('transient', `outage ${n}`, '08006', null);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** What a rig's attempt does: the n-th call counts from 1. */
type Behaviour = (call: number) => unknown;

/** A policy with an attempt that notes when it is called. Behaviour can be changed meanwhile. */
function createRig(retry: RetryPolicy, breaker: CircuitBreakerSettings, random?: () => number) {
  const onRetry = vi.fn();
  const onCircuitOpen = vi.fn();
  const circuits: Circuit[] = [];
  const onCircuit = (circuit: Circuit) => {
    circuits.push(circuit);
    if (circuit === 'open') onCircuitOpen();
  };
  const resilience = createResilience(retry, breaker, { onRetry, onCircuit }, random);
  const calls: number[] = [];
  const start = Date.now();
  const rig = {
    onRetry,
    onCircuitOpen,
    /** Its states since the start. */
    circuits,
    /** When the attempt was called, in milliseconds since the start. */
    calls,
    behave: (() => 'stored') as Behaviour,
    /** Runs the attempt, for at most `ms`, and lets the clock go on until it ends. */
    async run(ms = 600_000): Promise<unknown> {
      const outcome = rig.start(startDeadline(ms));
      while (outcome.pending) await vi.advanceTimersToNextTimerAsync();
      return outcome.result;
    },
    /** Begins to run the attempt. */
    start(deadline: Deadline) {
      const outcome = { pending: true, result: undefined as unknown };
      const end = (result: unknown) => Object.assign(outcome, { pending: false, result });
      resilience(deadline, async () => rig.behave(calls.push(Date.now() - start)))
        .then(end, end)
        .finally(() => deadline.clear());
      return outcome;
    },
  };
  return rig;
}

function fail(error: (call: number) => Error = transient): Behaviour {
  return (call) => {
    throw error(call);
  };
}

describe('retry', () => {
  test('waits 100, 200, then 400 ms between attempts [R2]', async () => {
    const rig = createRig(RETRY, NO_BREAKER);
    rig.behave = fail();
    await rig.run();
    expect(rig.calls).toEqual([0, 100, 300, 700]);
  });

  test('waits at most the longest delay, 5 s by default [R2]', async () => {
    const rig = createRig({ ...RETRY, maxAttempts: 8 }, NO_BREAKER);
    rig.behave = fail();
    await rig.run();
    const delays = rig.calls.slice(1).map((at, index) => at - (rig.calls[index] ?? 0));
    expect(delays).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
  });

  test.each([
    ['shortest', 0, [80, 160, 320]],
    ['nominal', 0.5, [100, 200, 400]],
    ['longest', 1, [120, 240, 480]],
  ])('varies its delays by at most 20 %%: %s [R2]', async (_, random, expected) => {
    const rig = createRig({ ...RETRY, jitter: 0.2 }, NO_BREAKER, () => random);
    rig.behave = fail();
    await rig.run();
    const delays = rig.calls.slice(1).map((at, index) => at - (rig.calls[index] ?? 0));
    expect(delays).toEqual(expected);
  });

  test('delays as it is configured [R2]', async () => {
    const rig = createRig({ ...RETRY, baseDelayMs: 7, maxDelayMs: 20 }, NO_BREAKER);
    rig.behave = fail();
    await rig.run();
    expect(rig.calls).toEqual([0, 7, 21, 41]);
  });

  test.each([0, 1, 3, 5])('retries at most %i times, as it is configured [R1]', async (most) => {
    const rig = createRig({ ...RETRY, maxAttempts: most }, NO_BREAKER);
    rig.behave = fail();
    await rig.run();
    expect(rig.calls).toHaveLength(1 + most);
    expect(rig.onRetry).toHaveBeenCalledTimes(most);
  });

  test.each([1, 2, 3])('recovers when retry %i succeeds [R3]', async (retries) => {
    const rig = createRig(RETRY, NO_BREAKER);
    rig.behave = (call) => (call <= retries ? fail()(call) : 'stored');
    expect(await rig.run()).toBe('stored');
    expect(rig.calls).toHaveLength(1 + retries);
  });

  test('fails with the last error when it gives up [R3]', async () => {
    const rig = createRig(RETRY, NO_BREAKER);
    rig.behave = fail();
    expect(await rig.run()).toMatchObject({ name: 'StoreError', message: 'outage 4' });
  });

  test('does not repeat what succeeds at once [R3]', async () => {
    const rig = createRig(RETRY, NO_BREAKER);
    expect(await rig.run()).toBe('stored');
    expect(rig.calls).toEqual([0]);
    expect(rig.onRetry).not.toHaveBeenCalled();
  });

  test.each([
    ['a fault of the record', new StoreError('record', 'refused', '22P02', null)],
    ['a fault of the deployment', new StoreError('deployment', 'no table', '42P01', null)],
    ['a statement that PostgreSQL has ended', new StoreError('timeout', 'slow', '57014', null)],
    ['wrong credentials', new StoreError('credentials', 'no entry', '28P01', null)],
    ['a mistake in the code', new TypeError('x is not a function')],
    ['time that ran out', new DeadlineError('The time for the batch ran out.')],
  ])('%s is neither retried nor counted by the breaker [R1] [C1]', async (_, error) => {
    const rig = createRig(RETRY, BREAKER);
    rig.behave = fail(() => error);
    for (let run = 0; run < 10; run += 1) expect(await rig.run()).toBe(error);
    expect(rig.calls).toHaveLength(10);
    expect(rig.onRetry).not.toHaveBeenCalled();
    expect(rig.onCircuitOpen).not.toHaveBeenCalled();
  });

  test('ends where such an error follows a transient one [R3]', async () => {
    const rig = createRig(RETRY, NO_BREAKER);
    const error = new StoreError('record', 'refused', '22P02', null);
    rig.behave = fail((call) => (call === 2 ? error : transient()));
    expect(await rig.run()).toBe(error);
    expect(rig.calls).toEqual([0, 100]);
  });
});

describe('deadline', () => {
  test('one that passes during a delay ends the wait, and no attempt follows [R3]', async () => {
    const rig = createRig(RETRY, NO_BREAKER);
    rig.behave = fail();
    const outcome = rig.start(startDeadline(150));
    await vi.advanceTimersByTimeAsync(149);
    expect(outcome.pending).toBe(true);
    await vi.advanceTimersByTimeAsync(1);
    expect(outcome.result).toBeInstanceOf(DeadlineError);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(rig.calls).toEqual([0, 100]);
  });

  test('one that passes during an attempt ends the wait, and no attempt follows', async () => {
    const rig = createRig(RETRY, NO_BREAKER);
    rig.behave = () => new Promise((_, reject) => setTimeout(() => reject(transient()), 500));
    expect(await rig.run(200)).toBeInstanceOf(DeadlineError);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(rig.calls).toEqual([0]);
  });

  test('after one that has passed already, nothing is attempted', async () => {
    const rig = createRig(RETRY, NO_BREAKER);
    expect(await rig.run(0)).toBeInstanceOf(DeadlineError);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(rig.calls).toEqual([]);
  });
});

describe('circuit breaker', () => {
  /** A rig whose breaker has just opened, with the times of later calls counted from then. */
  async function createOpenRig() {
    const rig = createRig(NO_RETRY, BREAKER);
    rig.behave = fail();
    for (let run = 0; run < BREAKER.threshold; run += 1) await rig.run();
    expect(rig.onCircuitOpen).toHaveBeenCalledOnce();
    rig.calls.length = 0;
    return rig;
  }

  /** Asserts that the breaker is half-open or open, not closed: one failure is enough to open it again. */
  async function expectNotClosed(rig: Awaited<ReturnType<typeof createOpenRig>>) {
    rig.behave = fail();
    await vi.advanceTimersByTimeAsync(BREAKER.maxOpenMs);
    await rig.run();
    rig.calls.length = 0;
    expect(await rig.run()).toBeInstanceOf(CircuitOpenError);
    expect(rig.calls).toEqual([]);
  }

  test('opens after 5 consecutive failures and then rejects at once, without asking [C1]', async () => {
    const rig = createRig(NO_RETRY, BREAKER);
    rig.behave = fail();
    for (let run = 1; run <= 5; run += 1) {
      expect(rig.onCircuitOpen).not.toHaveBeenCalled();
      expect(await rig.run()).toBeInstanceOf(StoreError);
    }
    expect(rig.onCircuitOpen).toHaveBeenCalledOnce();
    const before = Date.now();
    for (let run = 0; run < 3; run += 1) {
      expect(await rig.run()).toEqual(
        new CircuitOpenError(
          'PostgreSQL failed repeatedly; the circuit breaker is open; last: outage 5',
        ),
      );
    }
    expect(rig.calls).toHaveLength(5);
    expect(Date.now()).toBe(before);
  });

  test('probes in time when the clock is set back by five minutes [C3]', async () => {
    const rig = await createOpenRig();
    vi.setSystemTime(Date.now() - 300_000);
    await vi.advanceTimersByTimeAsync(1000);
    rig.behave = () => 'stored';
    expect(await rig.run()).toBe('stored');
  });

  test('opens in the middle of retries, which end there [C1]', async () => {
    const rig = createRig(RETRY, BREAKER);
    rig.behave = fail();
    await rig.run();
    expect(rig.calls).toHaveLength(4);
    expect(await rig.run()).toBeInstanceOf(CircuitOpenError);
    expect(rig.calls).toHaveLength(5);
  });

  test('a success between failures starts the count again [C1]', async () => {
    const rig = createRig(NO_RETRY, BREAKER);
    rig.behave = (call) => (call % 5 === 0 ? 'stored' : fail()(call));
    for (let run = 0; run < 20; run += 1) await rig.run();
    expect(rig.calls).toHaveLength(20);
    expect(rig.onCircuitOpen).not.toHaveBeenCalled();
  });

  test('so does a refusal, which is an answer, too; a deadline says nothing [C1]', async () => {
    const rig = createRig(NO_RETRY, BREAKER);
    const refused = new StoreError('record', 'refused', '23514', 'small');
    rig.behave = fail((call) => (call % 5 === 0 ? refused : transient()));
    for (let run = 0; run < 20; run += 1) await rig.run();
    expect(rig.onCircuitOpen).not.toHaveBeenCalled();
    const late = new DeadlineError('The time for the batch ran out.');
    rig.behave = fail((call) => (call % 2 === 0 ? late : transient()));
    for (let run = 0; run < 10; run += 1) await rig.run();
    expect(rig.onCircuitOpen).toHaveBeenCalledOnce();
  });

  test('probes after 1, 2, 4 s and from then on each 4 s [C3]', async () => {
    const rig = await createOpenRig();
    for (const wait of [1000, 2000, 4000, 4000, 4000]) {
      await vi.advanceTimersByTimeAsync(wait - 1);
      expect(await rig.run()).toBeInstanceOf(CircuitOpenError);
      await vi.advanceTimersByTimeAsync(1);
      expect(await rig.run()).toBeInstanceOf(StoreError);
    }
    expect(rig.calls).toEqual([1000, 3000, 7000, 11_000, 15_000]);
  });

  test('closes when a probe succeeds, and counts from zero [C2]', async () => {
    const rig = await createOpenRig();
    await vi.advanceTimersByTimeAsync(1000);
    rig.behave = () => 'stored';
    expect(await rig.run()).toBe('stored');
    expect(await rig.run()).toBe('stored');
    expect(rig.circuits).toEqual(['open', 'half-open', 'closed']);
    rig.behave = fail();
    for (let run = 0; run < 5; run += 1) expect(await rig.run()).toBeInstanceOf(StoreError);
    expect(await rig.run()).toBeInstanceOf(CircuitOpenError);
  });

  test('begins again with a probe after 1 s when it opens another time [C3]', async () => {
    const rig = await createOpenRig();
    await vi.advanceTimersByTimeAsync(1000);
    await rig.run();
    await vi.advanceTimersByTimeAsync(2000);
    rig.behave = () => 'stored';
    await rig.run();
    rig.behave = fail();
    for (let run = 0; run < 5; run += 1) await rig.run();
    await vi.advanceTimersByTimeAsync(999);
    expect(await rig.run()).toBeInstanceOf(CircuitOpenError);
    await vi.advanceTimersByTimeAsync(1);
    expect(await rig.run()).toBeInstanceOf(StoreError);
  });

  test.each([
    ['fails, the others are rejected', fail(), 1],
    ['succeeds, the others follow', () => 'stored', 3],
  ])('lets one probe through; when it %s [C2]', async (_, end, calls) => {
    const rig = await createOpenRig();
    await vi.advanceTimersByTimeAsync(1000);
    const gate = Promise.withResolvers<void>();
    rig.behave = (call) => (call === 1 ? gate.promise.then(() => end(call)) : 'stored');
    const outcomes = [1, 2, 3].map(() => rig.start(startDeadline(60_000)));
    await vi.advanceTimersByTimeAsync(500);
    expect(rig.calls).toHaveLength(1);
    gate.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(rig.calls).toHaveLength(calls);
    for (const { result } of outcomes.slice(1)) {
      if (calls === 1) expect(result).toBeInstanceOf(CircuitOpenError);
      else expect(result).toBe('stored');
    }
  });

  test('closes when a probe is answered, whatever the answer is [C2]', async () => {
    const rig = await createOpenRig();
    await vi.advanceTimersByTimeAsync(1000);
    rig.behave = fail(() => new StoreError('record', 'refused', '22P02', null));
    await rig.run();
    rig.behave = fail();
    await rig.run();
    expect(await rig.run()).not.toBeInstanceOf(CircuitOpenError);
  });

  test('stays open when the time of a probe runs out [C2]', async () => {
    const rig = await createOpenRig();
    await vi.advanceTimersByTimeAsync(1000);
    const deadline = startDeadline(300);
    // As the database does it: at the deadline, what waits for PostgreSQL is rejected.
    rig.behave = () => deadline.race(new Promise(() => {}));
    const outcome = rig.start(deadline);
    await vi.advanceTimersByTimeAsync(300);
    expect(outcome.result).toBeInstanceOf(DeadlineError);
    await expectNotClosed(rig);
  });

  test('stays open when a batch comes whose time has run out already [C2]', async () => {
    const rig = await createOpenRig();
    await vi.advanceTimersByTimeAsync(1000);
    await rig.run(0);
    expect(rig.calls).toEqual([]);
    await expectNotClosed(rig);
  });

  test('works as it is configured [C1] [C3]', async () => {
    const rig = createRig(NO_RETRY, { threshold: 2, openMs: 30, maxOpenMs: 50 });
    rig.behave = fail();
    await rig.run();
    await rig.run();
    for (const wait of [30, 50, 50]) {
      await vi.advanceTimersByTimeAsync(wait - 1);
      expect(await rig.run()).toBeInstanceOf(CircuitOpenError);
      await vi.advanceTimersByTimeAsync(1);
      expect(await rig.run()).toBeInstanceOf(StoreError);
    }
  });
});
