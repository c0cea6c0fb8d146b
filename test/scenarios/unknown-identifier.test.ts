import { expect, test } from 'vitest';
import { makeSamples } from './support/samples.ts';
import { createWorld } from './support/world.ts';

test('a response names a record that was not in the batch: the whole batch is delivered again', async () => {
  const { topic, consumer, reconcile } = await createWorld();
  const { start, batches } = consumer((handle) => async (event, context) => {
    const { batchItemFailures } = await handle(event, context);
    if (batches.length > 1) return { batchItemFailures };
    const stray = { itemIdentifier: { partition: `${topic.name}-0`, offset: 4711 } };
    return { batchItemFailures: [...batchItemFailures, stray] };
  });
  await topic.produce(makeSamples(300));
  await start();
  const { repeatedDeadLetters } = await reconcile({ repeated: true });
  const [first = [], ...others] = batches;
  const again = new Set(others.flat().map(({ partition, offset }) => `${partition}@${offset}`));
  expect(first.length).toBeGreaterThan(0);
  for (const { partition, offset } of first) expect(again).toContain(`${partition}@${offset}`);
  // All of them were stored or dead-lettered the first time.
  expect(repeatedDeadLetters).toBeGreaterThan(0);
});
