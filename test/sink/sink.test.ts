import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SendDeadLetters } from '../../src/dead-letter/queue.ts';
import { beginFlush, type StoreParts } from '../../src/postgres/write/flush.ts';
import { DeadLetterError, StoreError } from '../../src/record/errors.ts';
import { createSink, type Outcome, type SinkParts } from '../../src/sink/sink.ts';
import { startDeadline } from '../../src/timing/deadline.ts';
import { eventOf, notification, recordOf } from '../support/event.ts';

const outage = new StoreError('transient', 'PostgreSQL is away.', '57P01', null);
const acceptAll: SendDeadLetters = async (rejected) => ({ deadLettered: rejected, failed: [] });

/** A sink whose parts are replaced one by one, and what it did. */
function createRig(
  partialBatchResponse: boolean,
  parts: Partial<SinkParts & StoreParts> = {},
  { failurePauseMs = 0, remainingMs = 60_000 } = {},
) {
  const outcomes: Outcome[] = [];
  const letters: number[] = [];
  const steps: string[] = [];
  const sink = createSink(
    {
      partialBatchResponse,
      tombstonePolicy: 'dead-letter',
      failurePauseMs,
    },
    {
      begin: (size, deadline) =>
        beginFlush(
          size,
          {
            offerCopy: () => null,
            insert: parts.insert ?? (async (rows) => rows.length),
            findInvalid: async () => [],
          },
          1,
          deadline,
        ),
      trace: (step, work) => {
        steps.push(step);
        return work();
      },
      observe: (outcome) => outcomes.push(outcome),
      ...parts,
      sendDeadLetters: async (rejected, source, deadline) => {
        letters.push(
          ...rejected.map(({ delivery }) => (delivery.record as { offset: number }).offset),
        );
        return (parts.sendDeadLetters ?? acceptAll)(rejected, source, deadline);
      },
    },
  );
  return { outcomes, letters, steps, run: () => sink(EVENT, startDeadline(remainingMs)) };
}

/** Two fit records and an invalid one between them. */
const EVENT = eventOf([
  recordOf(1, notification(1)),
  recordOf(2, 'rejected'),
  recordOf(3, notification(3)),
]);
const named = (...offsets: number[]) => ({
  batchItemFailures: offsets.map((offset) => ({
    itemIdentifier: { partition: 'notifications-0', offset },
  })),
});

test('each record ends in one of the fates, and is observed before the answer', async () => {
  const { run, outcomes, letters, steps } = createRig(true);
  expect(await run()).toEqual(named());
  expect(letters).toEqual([2]);
  expect([...new Set(steps)]).toEqual(['decode', 'store', 'dead-letter']);
  expect(outcomes).toHaveLength(1);
  expect(outcomes[0]).toMatchObject({
    deliveries: { length: 3 },
    decoded: { rejected: { length: 1 }, ignored: 0 },
    stored: { inserted: 2, flushMs: expect.any(Number) },
    fates: { stored: { length: 2 }, deadLettered: { length: 1 }, failed: [] },
  });
});

test('letters do not wait for PostgreSQL where failed records are named (P3)', async () => {
  const gate = Promise.withResolvers<number>();
  const sent = Promise.withResolvers<void>();
  const { run } = createRig(true, {
    insert: () => gate.promise,
    sendDeadLetters: async (rejected) => {
      sent.resolve();
      return { deadLettered: rejected, failed: [] };
    },
  });
  const answer = run();
  await sent.promise;
  gate.reject(outage);
  expect(await answer).toEqual(named(1, 3));
});

test('a record that PostgreSQL refused is dead-lettered too', async () => {
  const refusal = new StoreError('record', 'refused', '23514', 'polite');
  const insert = async (rows: readonly string[]) => {
    if (rows.some((row) => JSON.parse(row).source_offset === 3)) throw refusal;
    return rows.length;
  };
  for (const partial of [true, false]) {
    const { run, letters } = createRig(partial, { insert });
    expect(await run()).toEqual(named());
    expect(letters).toEqual([2, 3]);
  }
});

test('a record whose letter was not accepted has failed', async () => {
  const sendDeadLetters: SendDeadLetters = async (rejected) => ({
    deadLettered: [],
    failed: rejected.map(({ delivery }) => ({
      delivery,
      cause: new DeadLetterError('SQS is away.'),
    })),
  });
  expect(await createRig(true, { sendDeadLetters }).run()).toEqual(named(2));
  await expect(createRig(false, { sendDeadLetters }).run()).rejects.toThrow('SQS is away.');
});

test('no letter is sent where the whole batch will be delivered again (P6)', async () => {
  const { run, letters, outcomes } = createRig(false, { insert: () => Promise.reject(outage) });
  await expect(run()).rejects.toMatchObject({
    name: 'BatchFailedError',
    cause: outage,
    message: expect.stringMatching(
      /^3 records failed.*PostgreSQL is away\. Dead letters wait until the rest/,
    ),
  });
  expect(letters).toEqual([]);
  expect(outcomes[0]?.fates).toMatchObject({ deadLettered: [], failed: { length: 3 } });
});

describe('an answer with failures', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const insert = () => Promise.reject(outage);

  /** Tells after how many milliseconds the answer comes, or that it does not. */
  async function timeOf(answer: Promise<unknown>): Promise<number | null> {
    let time: number | null = null;
    const start = performance.now();
    const note = () => {
      time = performance.now() - start;
    };
    answer.then(note, note);
    for (let ms = 0; ms < 6000 && time === null; ms += 100) await vi.advanceTimersByTimeAsync(100);
    return time;
  }

  test.each([true, false])(
    'is held back, so that an outage does not use up the deliveries of a batch (%s)',
    async (partial) => {
      const { run } = createRig(partial, { insert }, { failurePauseMs: 4000 });
      expect(await timeOf(run())).toBe(4000);
    },
  );

  test('is not held back beyond the deadline (P7)', async () => {
    const { run } = createRig(true, { insert }, { failurePauseMs: 4000, remainingMs: 1000 });
    expect(await timeOf(run())).toBe(1000);
    // Nothing of it keeps the process.
    expect(vi.getTimerCount()).toBe(0);
  });

  test('is not held back unless it is asked for, nor is one without failures', async () => {
    expect(await timeOf(createRig(true, { insert }).run())).toBeLessThan(200);
    expect(await timeOf(createRig(true, {}, { failurePauseMs: 4000 }).run())).toBeLessThan(200);
  });
});

test('a mistake while decoding leaves no copy open that waits for rows', async () => {
  const end = vi.fn(async () => ({ stored: [], inserted: 0, refused: [], failed: [], flushMs: 0 }));
  const { run } = createRig(true, {
    begin: () => ({ add: () => {}, end }),
    trace: () => Promise.reject(new TypeError('a mistake')),
  });
  await expect(run()).rejects.toThrow('a mistake');
  expect(end).toHaveBeenCalledTimes(1);
});
