import { expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { makeSamples } from './support/samples.ts';
import { createWorld } from './support/world.ts';

test('a batch is flushed when it holds 100 records, however young they are', async () => {
  const { topic, consumer, countRows, reconcile } = await createWorld({
    settings: { BATCH_SIZE: '100', FLUSH_INTERVAL_MS: '300000' },
  });
  const { start, status, batches } = consumer();
  await start();
  await topic.produce(makeSamples(99));
  await until(() => status().waiting === 99, '99 records to wait');
  expect(batches).toEqual([]);
  expect(await countRows()).toBe(0);
  await topic.produce(makeSamples(1, 99));
  await reconcile();
  expect(batches.map(({ length }) => length)).toEqual([100]);
});
