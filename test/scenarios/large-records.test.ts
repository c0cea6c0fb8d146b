import { expect, test } from 'vitest';
import { makeSamples } from './support/samples.ts';
import { createWorld } from './support/world.ts';

const MB = 1_000_000;
const MAX_BATCH_BYTES = 8 * MB;

test('records of 1 MB arrive, in batches within the bound of bytes, and rejected ones are dead-lettered', async () => {
  const { topic, consumer, reconcile } = await createWorld({
    settings: { MAX_BATCH_BYTES: `${MAX_BATCH_BYTES}` },
  });
  const samples = makeSamples(40, 0, (number) => ({
    fields: { padding: 'x'.repeat(MB) },
    rejected: number % 10 === 5 ? 'invalid_value' : null,
  }));
  for (let at = 0; at < samples.length; at += 4) await topic.produce(samples.slice(at, at + 4));
  const { start, batches } = consumer();
  await start();
  await reconcile();
  expect(batches.flat()).toHaveLength(samples.length);
  for (const batch of batches) {
    const bytes = batch.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
    expect(bytes).toBeLessThanOrEqual(MAX_BATCH_BYTES);
  }
});
