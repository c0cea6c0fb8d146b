import { expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { makeSamples } from './support/samples.ts';
import { createWorld } from './support/world.ts';

test('a batch that ends after its partitions have moved on commits nothing in them', async () => {
  const { topic, consumer, reconcile } = await createWorld({
    settings: { KAFKA_SESSION_TIMEOUT_MS: '6000' },
  });
  const gate = Promise.withResolvers<void>();
  const slow = consumer((sink) => async (batch, deadline) => {
    await gate.promise;
    return sink(batch, deadline);
  });
  await slow.start();
  await topic.produce(makeSamples(300));
  await until(() => slow.batches.length === 1, 'the batch to be under way');
  const other = consumer();
  await other.start();
  await until(() => other.status().partitions.length > 0, 'a partition to move on');
  await topic.produce(makeSamples(300, 300));
  const moved = other.status().partitions.map(({ partition }) => partition);
  const ends = await topic.ends();
  const isThere = async () => {
    const committed = await topic.committed();
    return moved.every((partition) => committed[partition] === ends[partition]);
  };
  await until(isThere, 'commits in the partitions that have moved on');
  gate.resolve();
  await reconcile({ repeated: true });
  // Each record of these was handed to the one that has them now, although the other had it already.
  for (const partition of moved) {
    const handed = other.batches.flat().filter((record) => record.partition === partition);
    expect(handed).toHaveLength(ends[partition] ?? 0);
  }
});
