import { expect, test } from 'vitest';
import { makeSamples } from './support/samples.ts';
import { createWorld } from './support/world.ts';

/** Everybody's default. The first records of a new partition are no more to be skipped than others. */
const settings = { KAFKA_AUTO_OFFSET_RESET: 'latest' };

test('a partition that is added while a group runs is read from its first record on, without a restart', async () => {
  const { topic, consumer, untilCommitted, reconcile } = await createWorld({ settings });
  const { start, batches } = consumer();
  await start();
  await topic.produce(makeSamples(60));
  await untilCommitted();
  const added = await topic.addPartition();
  await topic.produce(makeSamples(60, 60, () => ({ partition: added })));
  await reconcile();
  expect(batches.flat()).toHaveLength(120);
});

test('a partition that was added while a group was away is read from its first record on', async () => {
  const { topic, consumer, untilCommitted, reconcile } = await createWorld({ settings });
  const [first, second] = [consumer(), consumer()];
  await first.start();
  await topic.produce(makeSamples(60));
  await untilCommitted();
  await first.stop();
  const added = await topic.addPartition();
  await topic.produce(makeSamples(60, 60, () => ({ partition: added })));
  await second.start();
  await reconcile();
  expect(second.batches.flat()).toHaveLength(60);
});
