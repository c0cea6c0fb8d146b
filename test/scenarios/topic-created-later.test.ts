import { expect, test } from 'vitest';
import { makeSamples } from './support/samples.ts';
import { createWorld } from './support/world.ts';

test('a topic that is created later: the start says that there is none, and the next one takes all of it', async () => {
  const { topic, consumer, reconcile } = await createWorld({ later: true });
  const early = consumer();
  await expect(early.start()).rejects.toMatchObject({
    name: 'KafkaError',
    message: expect.stringContaining(`Kafka has no topic ${topic.name}`),
  });
  await early.stop();
  await topic.create();
  await topic.produce(makeSamples(300));
  const late = consumer();
  await late.start();
  await reconcile();
  expect(early.batches).toEqual([]);
  expect(late.batches.flat()).toHaveLength(300);
});
