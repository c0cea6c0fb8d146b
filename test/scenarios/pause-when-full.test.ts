import { expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { makeSamples, type Variation } from './support/samples.ts';
import { createWorld } from './support/world.ts';

const MIB = 2 ** 20;

test('fetching pauses when as many records wait as a batch may hold, and goes on when they are flushed', async () => {
  await expectPause(10_000, { MAX_BATCH_SIZE: '500' }, () => ({}), { records: 500, bytes: MIB });
});

test('fetching pauses when as many bytes wait as may, however few the records are', async () => {
  await expectPause(
    300,
    { MAX_BATCH_BYTES: `${2 * MIB}` },
    () => ({ rejected: null, fields: { padding: 'x'.repeat(100_000) } }),
    { records: 20, bytes: 2 * MIB },
  );
});

/** Holds the first batch back until the consumer has paused, and looks at every batch and all that waits. */
async function expectPause(
  count: number,
  settings: Record<string, string>,
  vary: (number: number) => Variation,
  most: { readonly records: number; readonly bytes: number },
): Promise<void> {
  const { topic, consumer, untilCommitted, reconcile } = await createWorld({ settings });
  const gate = Promise.withResolvers<void>();
  const { start, status, batches } = consumer((sink) => async (batch, deadline) => {
    await gate.promise;
    return sink(batch, deadline);
  });
  await start();
  const samples = makeSamples(count, 0, vary);
  const half = count / 2;
  const produce = async (from: number, to: number) => {
    for (let at = from; at < to; at += 50) await topic.produce(samples.slice(at, at + 50));
  };
  await produce(0, half);
  await until(() => status().paused, 'the consumer to pause');
  // Time for more to arrive, if it were fetched.
  await produce(half, count);
  const full = status();
  expect(full.paused).toBe(true);
  // What a fetch had brought already when it paused comes on top.
  expect(full.waiting).toBeLessThanOrEqual(2 * most.records);
  expect(full.waitingBytes).toBeLessThanOrEqual(2 * most.bytes);
  gate.resolve();
  await untilCommitted();
  expect(status().paused).toBe(false);
  const sizes = batches.map(({ length }) => length);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(most.records);
  const bytes = batches.map((batch) =>
    batch.reduce((sum, { value }) => sum + (value?.length ?? 0), 0),
  );
  expect(Math.max(...bytes)).toBeLessThanOrEqual(most.bytes);
  await reconcile();
}
