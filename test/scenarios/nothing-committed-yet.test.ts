import { expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { makeSamples } from './support/samples.ts';
import { createWorld } from './support/world.ts';

test('a group that began at the latest record and was stopped before anything was stored goes on from there', async () => {
  const { topic, consumer, reconcile } = await createWorld({
    settings: { KAFKA_AUTO_OFFSET_RESET: 'latest' },
  });
  const first = consumer(() => async () => {
    throw new Error('nothing can be stored');
  });
  await first.start();
  await until(() => first.status().partitions.length === 3, 'the assignment');
  await topic.produce(makeSamples(60));
  await until(() => first.batches.flat().length >= 60, 'the records to be tried');
  await first.stop();
  // Were its place not committed, the next one would begin at the end of the log.
  await topic.produce(makeSamples(60, 60));
  const second = consumer();
  await second.start();
  await reconcile();
  expect(second.batches.flat()).toHaveLength(120);
});
