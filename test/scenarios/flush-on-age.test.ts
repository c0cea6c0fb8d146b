import { expect, test } from 'vitest';
import { makeSamples } from './support/samples.ts';
import { createWorld } from './support/world.ts';

const AGE_MS = 1500;

test('a batch is flushed when its oldest record has waited long enough, however few they are', async () => {
  const { topic, consumer, reconcile } = await createWorld({
    settings: { BATCH_SIZE: '10000', MAX_BATCH_SIZE: '10000', FLUSH_INTERVAL_MS: `${AGE_MS}` },
  });
  let calledAt = 0;
  const { start, batches } = consumer((sink) => (batch, deadline) => {
    calledAt ||= performance.now();
    return sink(batch, deadline);
  });
  await start();
  const producedAt = performance.now();
  await topic.produce(makeSamples(30));
  await reconcile();
  expect(batches.map(({ length }) => length)).toEqual([30]);
  // A timer may be a millisecond early.
  expect(calledAt - producedAt).toBeGreaterThanOrEqual(AGE_MS - 1);
});
