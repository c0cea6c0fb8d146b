import { expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { makeSamples } from './support/samples.ts';
import { createWorld } from './support/world.ts';

test('batches grow while one is under way, and shrink again when the load is gone', async () => {
  const { topic, consumer, untilCommitted, reconcile } = await createWorld({
    settings: { BATCH_SIZE: '100', MAX_BATCH_SIZE: '10000', MAX_BATCH_BYTES: '16777216' },
  });
  const gate = Promise.withResolvers<void>();
  const { start, status, batches } = consumer((sink) => async (batch, deadline) => {
    await gate.promise;
    return sink(batch, deadline);
  });
  await start();
  await topic.produce(makeSamples(100));
  await until(() => batches.length === 1, 'the first batch');
  await topic.produce(makeSamples(3000, 100));
  await until(() => status().waiting === 3000, '3000 records to wait');
  gate.resolve();
  await untilCommitted();
  await topic.produce(makeSamples(10, 3100));
  await reconcile();
  expect(batches.map(({ length }) => length)).toEqual([100, 3000, 10]);
});
