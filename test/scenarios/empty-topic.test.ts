import { expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { makeSamples } from './support/samples.ts';
import { createWorld } from './support/world.ts';

test.each(['earliest', 'latest'] as const)(
  'an empty topic, read from its %s record, leaves the handler alone until the first records arrive',
  async (reset) => {
    const { topic, consumer, reconcile } = await createWorld({
      settings: { KAFKA_AUTO_OFFSET_RESET: reset },
    });
    const { start, status, batches } = consumer();
    await start();
    await until(() => status().joined && status().partitions.length === 3, 'the group');
    expect(status()).toMatchObject({ waiting: 0, waitingBytes: 0, paused: false });
    await topic.produce(makeSamples(60));
    await reconcile();
    expect(batches.every(({ length }) => length > 0)).toBe(true);
    expect(batches.flat()).toHaveLength(60);
  },
);

test('a consumer of an empty topic stops without a call of the handler, and leaves its place behind', async () => {
  const { topic, consumer, reconcile } = await createWorld();
  const { start, stop, status, batches } = consumer();
  await start();
  await until(() => status().partitions.length === 3, 'the assignment');
  await stop();
  expect(batches).toEqual([]);
  expect(await topic.committed()).toEqual([0, 0, 0]);
  expect((await topic.group()).members).toEqual([]);
  await reconcile();
});
