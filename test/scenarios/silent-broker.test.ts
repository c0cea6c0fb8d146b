import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { listen } from '../support/listen.ts';
import { makeSamples } from './support/samples.ts';
import { createWorld } from './support/world.ts';

test('a broker that never answers: the error names it and the time that it had, and nothing is lost', async () => {
  const { port, stop } = await listen(createServer((socket) => socket.resume()));
  onTestFinished(stop);
  const address = `127.0.0.1:${port}`;
  const { topic, consumer, reconcile } = await createWorld();
  await topic.produce(makeSamples(300));
  const unanswered = consumer((handle) => handle, {
    KAFKA_BOOTSTRAP_SERVERS: address,
    KAFKA_CONNECT_TIMEOUT_MS: '1200',
  });
  const startedAt = performance.now();
  await expect(unanswered.start()).rejects.toMatchObject({
    name: 'KafkaError',
    message: expect.stringMatching(
      new RegExp(`^No Kafka broker answered at ${address} within 1200 ms: `),
    ),
  });
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(1199);
  await unanswered.stop();
  const { start } = consumer();
  await start();
  await reconcile();
  expect(unanswered.batches).toEqual([]);
});
