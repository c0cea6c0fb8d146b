import { expect, test } from 'vitest';
import { makeSamples } from './support/samples.ts';
import { createWorld } from './support/world.ts';

test.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)(
  'records compressed by %s arrive',
  async (compression) => {
    const { topic, consumer, reconcile } = await createWorld();
    const { start, batches } = consumer();
    await start();
    await topic.produce(makeSamples(600), compression);
    await reconcile();
    expect(batches.flat()).toHaveLength(600);
  },
);

test('records of one topic arrive, however each request was compressed', async () => {
  const { topic, consumer, reconcile } = await createWorld();
  for (const compression of ['zstd', 'none', 'lz4', 'gzip', 'snappy'] as const)
    await topic.produce(makeSamples(120, topic.produced.length), compression);
  const { start, batches } = consumer();
  await start();
  await reconcile();
  expect(batches.flat()).toHaveLength(600);
});
